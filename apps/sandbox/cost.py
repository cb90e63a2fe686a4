"""What a query costs: GitHub's documented formula, one request per parent per connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

_SIZES = ("first", "last")


@dataclass(frozen=True)
class Cost:
    points: int
    nodes: int


def cost_of(document: DocumentNode, variables: Mapping[str, Any]) -> Cost:
    """Count points and nodes by what the query asks for, whatever the world then has."""
    fragments = {
        part.name.value: part.selection_set
        for part in document.definitions
        if isinstance(part, FragmentDefinitionNode)
    }
    requests = nodes = 0
    waiting = [
        (part.selection_set, 1)
        for part in document.definitions
        if isinstance(part, OperationDefinitionNode)
    ]
    while waiting:
        selections, parents = waiting.pop()
        for below, rows in _connections(selections, variables, fragments):
            if rows is not None:
                requests += parents
                nodes += parents * rows
            waiting.append((below, parents * max(rows or 1, 1)))
    return Cost(points=max(1, round(requests / 100)), nodes=nodes)


def _connections(
    selections: SelectionSetNode,
    variables: Mapping[str, Any],
    fragments: Mapping[str, SelectionSetNode],
) -> list[tuple[SelectionSetNode, int | None]]:
    """Return what lies below each selection, and how many rows it asks for if it is a list."""
    found: list[tuple[SelectionSetNode, int | None]] = []
    for selection in selections.selections:
        if isinstance(selection, FragmentSpreadNode):
            found.append((fragments[selection.name.value], None))
        elif isinstance(selection, InlineFragmentNode):
            found.append((selection.selection_set, None))
        elif isinstance(selection, FieldNode) and selection.selection_set is not None:
            found.append((selection.selection_set, _rows(selection, variables)))
    return found


def _rows(field: FieldNode, variables: Mapping[str, Any]) -> int | None:
    for argument in field.arguments:
        if argument.name.value in _SIZES:
            return int(_value(argument.value, variables) or 0)
        if argument.name.value == "ids":
            return len(_value(argument.value, variables) or ())
    return None


def _value(node: ValueNode, variables: Mapping[str, Any]) -> Any:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    if isinstance(node, IntValueNode):
        return int(node.value)
    return node.values if isinstance(node, ListValueNode) else None
