"""How fast a sync of keys, then ids can be at all: guide/github.md §2.6, as a function."""

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from apps.github.api.queries import KEY_PAGE, PULL_REQUEST_DETAILS, PULL_REQUEST_KEYS

LEAST_SHARE, NODES_SHARE, NODES_OF_A_PAGE = 0.25, 0.75, 4000  # of the stand-in's model of time


@dataclass(frozen=True)
class Bound:
    """Seconds below which no sync of keys, then ids gets with so many requests at once."""

    seconds: float
    at_once: int
    key_page: float  #: seconds of a page of keys (q)
    page: float  #: seconds of a page of pull requests with their lists (p)


def lower_bound(
    counts: Collection[int], *, at_once: int, key_page: float, page: float, page_size: int = 25
) -> float:
    """
    `max(q + ceil(pages/c)·p, max_r ceil(N_r/100)·q + p)`: the work, or the longest list.

    :param counts: pull requests of each repository.
    :param key_page: q, seconds; `page`: p, seconds.
    """
    pages = ceil(sum(counts) / page_size)
    longest_list = max(ceil(count / KEY_PAGE) for count in counts)
    return max(key_page + ceil(pages / at_once) * page, longest_list * key_page + page)


def bound(
    counts: Collection[int], *, at_once: int, page_seconds: float, page_size: int = 25
) -> Bound:
    """The bound at the stand-in, whose time for a question follows from the nodes it asks for."""
    key_page = seconds_of(PULL_REQUEST_KEYS, page_seconds, size=KEY_PAGE)
    page = seconds_of(PULL_REQUEST_DETAILS, page_seconds, size=page_size)
    seconds = lower_bound(
        counts, at_once=at_once, key_page=key_page, page=page, page_size=page_size
    )
    return Bound(seconds, at_once, key_page, page)


def seconds_of(document: str, page_seconds: float, *, size: int) -> float:
    """
    What the stand-in takes for a question, in the middle.

    :param size: what stands for each number that is a variable, and for the number of ids.
    """
    nodes = nodes_of(document, size=size)
    return page_seconds * (LEAST_SHARE + NODES_SHARE * nodes / NODES_OF_A_PAGE)


def nodes_of(document: str, *, size: int) -> int:
    """
    How many nodes a question may return: GitHub's count, from its `first`, `last` and ids.

    https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    definitions = parse(document).definitions
    fragments = {
        one.name.value: one.selection_set
        for one in definitions
        if isinstance(one, FragmentDefinitionNode)
    }

    def below(selections: SelectionSetNode | None, parents: int) -> int:
        total = 0
        for one in selections.selections if selections else ():
            if isinstance(one, FragmentSpreadNode):
                total += below(fragments[one.name.value], parents)
            elif isinstance(one, FieldNode) and (items := _items(one, size)) is not None:
                total += parents * items + below(one.selection_set, parents * items)
            elif isinstance(one, FieldNode | InlineFragmentNode):
                total += below(one.selection_set, parents)
        return total

    return sum(
        below(one.selection_set, 1)
        for one in definitions
        if isinstance(one, OperationDefinitionNode)
    )


def _items(field: FieldNode, size: int) -> int | None:
    """How many nodes a list returns at most; None for a field that is no list."""
    for argument in field.arguments:
        if argument.name.value in ("first", "last", "ids"):
            value = argument.value
            return int(value.value) if isinstance(value, IntValueNode) else size
    return None
