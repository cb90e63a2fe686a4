"""Cells of a CSV that a spreadsheet cannot be tricked by."""

import json
from typing import Any

#: A cell that begins with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
#: What a spreadsheet skips before it looks.
SKIPPED = " \"'"


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
