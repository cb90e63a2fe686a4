"""
Cut rows into pages, as GitHub's connections do.

Lists of pull requests have keyset cursors (a moment and an id, so that a page goes on at the right
place whatever happened meanwhile); the lists inside a pull request have offsets.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from graphql import GraphQLError

Row = TypeVar("Row")
LARGEST_PAGE = 100


@dataclass(frozen=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True)
class Edge(Generic[Row]):
    node: Row
    cursor: str


@dataclass(frozen=True)
class Connection(Generic[Row]):
    """One page of rows, and how many there are in all."""

    total_count: int
    nodes: Sequence[Row]
    edges: Sequence[Edge[Row]]
    page_info: PageInfo

    @property
    def filtered_count(self) -> int:
        return self.total_count


def keyset_cursor(moment: datetime, identity: int) -> str:
    """Name a place in a list that is ordered by time."""
    return b64encode(f"cursor:v2:{int(moment.timestamp())}:{identity}".encode()).decode()


def offset_cursor(position: int) -> str:
    """Name a place in a list by its position, counted from 1, as GitHub does inside a node."""
    return b64encode(str(position).encode()).decode()


def page_of(
    rows: Sequence[Row],
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    cursor_of: Callable[[int, Row], str] | None = None,
) -> Connection[Row]:
    """
    Return the page that `first`/`after` or `last`/`before` ask for.

    :raises GraphQLError: without either boundary, above 100 rows, or for a strange cursor.
    """
    size = _size(first, last)
    cursors = [
        cursor_of(index, row) if cursor_of else offset_cursor(index + 1)
        for index, row in enumerate(rows)
    ]
    start = _position(cursors, after) + 1 if after else 0
    end = _position(cursors, before) if before else len(rows)
    if first is not None:
        end_of_page, start_of_page = min(start + size, end), start
    else:
        end_of_page, start_of_page = end, max(start, end - size)
    chosen = range(start_of_page, max(start_of_page, end_of_page))
    return Connection(
        total_count=len(rows),
        nodes=[rows[index] for index in chosen],
        edges=[Edge(rows[index], cursors[index]) for index in chosen],
        page_info=PageInfo(
            has_next_page=end_of_page < len(rows),
            has_previous_page=start_of_page > 0,
            start_cursor=cursors[chosen[0]] if chosen else None,
            end_cursor=cursors[chosen[-1]] if chosen else None,
        ),
    )


def _size(first: int | None, last: int | None) -> int:
    size = first if first is not None else last
    if size is None:
        raise GraphQLError(
            "You must provide a `first` or `last` value to properly paginate the connection.",
            extensions={"type": "MISSING_PAGINATION_BOUNDARIES"},
        )
    if not 0 <= size <= LARGEST_PAGE:
        raise GraphQLError(
            f"Requesting {size} records exceeds the `first` limit of {LARGEST_PAGE} records.",
            extensions={"type": "EXCESSIVE_PAGINATION"},
        )
    return size


def _position(cursors: Sequence[str], cursor: str) -> int:
    try:
        return cursors.index(cursor)
    except ValueError:
        raise GraphQLError(
            f"`{cursor}` does not appear to be a valid cursor.",
            extensions={"type": "INVALID_CURSOR_ARGUMENTS"},
        ) from None
