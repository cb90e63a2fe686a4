"""Rows as text: one JSON document a line, or CSV that a spreadsheet cannot be tricked by."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from apps.core.cells import cell


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
