"""Take rows out of an answer, as GitHub does with status 200 where a query is too much for it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

Path = tuple[str | int, ...]
Choose = Callable[[Sequence[Path]], Path]

_SENTENCE = "Resource limits for this query exceeded."


def with_holes(body: dict[str, Any], choose: Choose) -> dict[str, Any]:
    """
    Null one row of an outermost list and one of a list inside another row; `errors` names both.

    The body itself is changed. An answer without lists has no rows and stays whole.
    """
    rows = list(_rows(body["data"], ()))
    holes = [choose(outer)] if (outer := [row for row in rows if _depth(row) == 1]) else []
    if inner := [row for row in rows if _depth(row) > 1 and row[: len(holes[0])] != holes[0]]:
        holes.append(choose(inner))
    for *way, last in holes:
        place = body["data"]
        for step in way:
            place = place[step]
        place[last] = None
    errors = [
        {"type": "RESOURCE_LIMITS_EXCEEDED", "path": list(hole), "message": _SENTENCE}
        for hole in holes
    ]
    return {**body, "errors": [*body.get("errors", ()), *errors]} if errors else body


def _depth(row: Path) -> int:
    return sum(isinstance(step, int) for step in row)


def _rows(value: object, path: Path) -> Iterator[Path]:
    """The paths of all rows that a list called `nodes` holds, at any depth."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _rows(below, (*path, name))
    elif isinstance(value, list) and path[-1] == "nodes":
        for index, row in enumerate(value):
            if row is not None:
                yield (*path, index)
                yield from _rows(row, (*path, index))
