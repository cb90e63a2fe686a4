"""Every query is valid at GitHub, as its public schema says, and costs what its comment says."""

import pytest
from graphql import GraphQLSchema, build_ast_schema, parse, validate

from apps.github.api import queries
from apps.github.choosing.preflight import SEARCHES, counting_document
from tests.journeys.stand_ins import SHARED, needs_shared

pytestmark = [pytest.mark.shared, needs_shared]


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    document = parse((SHARED / "github" / "schema.graphql").read_text())
    return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)


@pytest.mark.parametrize("searches", [1, SEARCHES])
def test_counting_searches_is_valid_against_githubs_schema(schema, searches):
    assert validate(schema, parse(counting_document(searches))) == []


@pytest.mark.parametrize("names", [["files"], ["reviews", "commits", "reviews", "labels"]])
def test_following_several_lists_is_valid_against_githubs_schema(schema, names):
    assert validate(schema, parse(queries.more_together(names))) == []


@pytest.mark.parametrize("document", queries.ALL, ids=lambda document: document.split("(")[0][:40])
def test_a_query_is_valid_against_githubs_schema(schema, document):
    assert validate(schema, parse(document)) == []


def test_every_query_of_the_module_is_in_the_list():
    documents = {
        value
        for name, value in vars(queries).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str)
    }

    assert documents | set(queries.MORE.values()) == set(queries.ALL)
