"""What commands show: tables and times, in colour on a terminal and plain anywhere else."""

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 200  # columns where nobody looks: a log's lines are cut by whoever reads it


def console(*, stderr: bool = False) -> Console:
    """A console on standard output or error that does not wrap lines in a pipe or a log."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        file=stream, width=None if stream.isatty() else WIDE, highlight=False, soft_wrap=True
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table without lines; cells are shown as they are, never read as markup."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        drawn.add_column(heading)
    for row in rows:
        drawn.add_row(*(Text(str(cell)) for cell in row))
    return drawn


def duration(seconds: float | None) -> str:
    """Seconds for a person: "3.4 s", "2 min 05 s"; "–" where there are none yet."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"
