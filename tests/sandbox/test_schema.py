"""What the sandbox promises, GitHub has: every type, field, argument and value."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_ast_schema,
    is_specified_scalar_type,
    parse,
    validate,
)

from apps.github.api import queries
from apps.sandbox.graph import schema

THEIRS = Path(__file__).parents[3] / "shared" / "github" / "schema.graphql"


@pytest.fixture(scope="module")
def theirs():
    if not THEIRS.exists():
        pytest.skip("no ../shared")
    document = parse(THEIRS.read_text(encoding="utf-8"))
    return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True).type_map


@pytest.fixture(scope="module")
def ours():
    return {
        name: kind
        for name, kind in schema().type_map.items()
        if not name.startswith("__") and not is_specified_scalar_type(kind)
    }


@pytest.mark.shared
def test_every_type_is_one_of_githubs_and_of_the_same_kind(ours, theirs):
    assert {name: type(kind) for name, kind in ours.items()} == {
        name: type(theirs.get(name)) for name in ours
    }


@pytest.mark.shared
def test_every_field_and_argument_has_githubs_type(ours, theirs):
    wrong = []
    for name, kind in ours.items():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in kind.fields.items():
                real = theirs[name].fields.get(field_name)
                if real is None or str(real.type) != str(field.type):
                    wrong.append(f"{name}.{field_name}")
                    continue
                taken = {arg: str(value.type) for arg, value in field.args.items()}
                offered = {arg: str(value.type) for arg, value in real.args.items()}
                wrong += [
                    f"{name}.{field_name}({arg}:)"
                    for arg in taken
                    if taken[arg] != offered.get(arg)
                ]

    assert wrong == []


@pytest.mark.shared
def test_interfaces_unions_enums_and_inputs_hold_nothing_that_github_lacks(ours, theirs):
    for name, kind in ours.items():
        real = theirs[name]
        if isinstance(kind, GraphQLObjectType):
            assert {i.name for i in kind.interfaces} <= {i.name for i in real.interfaces}
        if isinstance(kind, GraphQLUnionType):
            assert {t.name for t in kind.types} <= {t.name for t in real.types}
        if isinstance(kind, GraphQLEnumType):
            assert set(kind.values) <= set(real.values)
        if isinstance(kind, GraphQLInputObjectType):
            assert {n: str(f.type) for n, f in kind.fields.items()} == {
                n: str(real.fields[n].type) for n in kind.fields
            }


@pytest.mark.parametrize("query", queries.ALL, ids=lambda query: query.split("(")[0].strip()[:40])
def test_the_sandbox_understands_every_query_of_the_product(query):
    assert [error.message for error in validate(schema(), parse(query))] == []
