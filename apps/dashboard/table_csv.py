"""The table as a file: every row of it, written as it is read."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from types import MappingProxyType
from typing import Any

from apps.core.cells import cell
from apps.dashboard.references import address_of
from apps.metrics.selection.table import TableRow

#: Excel takes a file without it for one in the letters of its own country.
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
LINES_AT_ONCE = 200

#: Head → value. Units stand in the names; no value is an empty cell, never 0.
COLUMNS: Mapping[str, Callable[[TableRow], Any]] = MappingProxyType(
    {
        "repository": lambda row: row.repository,
        "number": lambda row: row.number,
        "url": lambda row: address_of(row.repository, row.number),
        "title": lambda row: row.title,
        "author": lambda row: row.author,
        "by_person": lambda row: row.is_by_person,
        "state": lambda row: row.state,
        "draft": lambda row: row.is_draft,
        "opened_at": lambda row: _moment(row.created_at),
        "merged_at": lambda row: _moment(row.merged_at),
        "closed_at": lambda row: _moment(row.closed_at),
        "first_review_at": lambda row: _moment(row.first_review_at),
        "cycle_time_seconds": lambda row: _seconds(row.cycle_time),
        "coding_time_seconds": lambda row: _seconds(row.coding_time),
        "pickup_time_seconds": lambda row: _seconds(row.pickup_time),
        "review_time_seconds": lambda row: _seconds(row.review_time),
        "merge_time_seconds": lambda row: _seconds(row.merge_time),
        "unreviewed_wait_seconds": lambda row: _seconds(row.unreviewed_wait),
        "size_lines": lambda row: row.size,
        "review_rounds": lambda row: row.review_rounds,
        "ai_class": lambda row: row.ai_class,
        "reverted_at": lambda row: _moment(row.reverted_at),
        "hotfix": lambda row: row.is_hotfix,
    }
)


class _Echo:
    """What `csv` writes to: gives each line back."""

    def write(self, line: str) -> str:
        return line


def lines_of(rows: Iterable[TableRow]) -> Iterator[str]:
    """The file, some lines at a time: each piece is a system call."""
    write = csv.writer(_Echo()).writerow
    yield BOM + write(COLUMNS)
    lines = (write([cell(value(row)) for value in COLUMNS.values()]) for row in rows)
    while piece := "".join(islice(lines, LINES_AT_ONCE)):
        yield piece


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _seconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
