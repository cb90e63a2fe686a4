"""Execute GraphQL queries over the world, against the part of GitHub's schema in schema.graphql."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from apps.sandbox.resolvers import RESOLVERS, Context

SDL = Path(__file__).with_name("schema.graphql")


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    """Build the schema once a process; its scalars write moments and long ids as GitHub does."""
    built = build_schema(SDL.read_text(encoding="utf-8"))
    for name, write in _WRITERS.items():
        scalar = built.type_map[name]
        if isinstance(scalar, GraphQLScalarType):
            scalar.serialize = write  # type: ignore[assignment, method-assign]
    return built


def as_text(moment: datetime) -> str:
    """Write a moment in GitHub's way."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_WRITERS: Mapping[str, Callable[[Any], str]] = {"DateTime": as_text, "BigInt": str}


@lru_cache(maxsize=256)
def read(query: str) -> tuple[DocumentNode, tuple[str, ...]]:
    """
    Parse and validate a query.

    :returns: the document and what is wrong with it.
    :raises GraphQLError: if it is not GraphQL at all.
    """
    document = parse(query)
    return document, tuple(error.message for error in validate(schema(), document))


def run(
    document: DocumentNode, variables: Mapping[str, Any], operation: str | None, context: Context
) -> dict[str, Any]:
    """Execute a valid document and return the body of GitHub's answer."""
    result = execute_sync(
        schema(),
        document,
        variable_values=dict(variables),
        operation_name=operation,
        context_value=context,
        field_resolver=_resolve,
        type_resolver=lambda value, info, abstract: value.typename,
    )
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_as_github_says(error) for error in result.errors]
    return body


def _as_github_says(error: GraphQLError) -> dict[str, Any]:
    """GitHub writes an error's type beside its message, not under "extensions"."""
    said: dict[str, Any] = {"message": error.message, "path": error.path}
    if kind := (error.extensions or {}).get("type"):
        said["type"] = kind
    return said


def _resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    """Find a field: a resolver of the table below, or the source's attribute of that name."""
    resolver = RESOLVERS.get((info.parent_type.name, info.field_name))
    if resolver is not None:
        return resolver(source, info.context, **arguments)
    return getattr(source, _snake(info.field_name))


@lru_cache(maxsize=512)
def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
