"""Rows as text: one JSON document a line, or CSV that a spreadsheet cannot be tricked by."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

#: A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
#: What a spreadsheet skips before it looks.
SKIPPED = " \"'"


def write_jsonl(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], out: TextIO) -> None:
    """One object a line, its keys in the order of `columns`."""
    for row in rows:
        out.write(json.dumps({name: row[name] for name in columns}, ensure_ascii=False) + "\n")


def write_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], out: TextIO) -> None:
    """A header and one record a row, quoted as in RFC 4180; lists are joined by "; "."""
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row[name]) for name in columns])


def cell(value: Any) -> Any:
    """
    A value as a cell. Text that would be a formula gets a ' in front; numbers are left alone.

    Titles and branch names come from whoever opened the pull request, which may be a stranger.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, list):
        text = "; ".join(map(str, value))
    else:
        text = str(value)
    return "'" + text if text.lstrip(SKIPPED).startswith(FORMULA) else text
