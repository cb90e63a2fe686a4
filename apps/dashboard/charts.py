"""Weeks as columns of bars: plain geometry, for SVG attributes (the CSP allows no inline style)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from apps.metrics.week_table import WeekRow
from apps.metrics.wording import in_words

HEIGHT = 100.0  # of a column, in the SVG's own units

Tone = Literal["merged", "assisted", "suspected", "other"]


@dataclass(frozen=True)
class Part:
    """A piece of a column, from `y` down by `height`."""

    tone: Tone
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    monday: date
    number: int  #: written above the column
    sentence: str  #: all that it says, for those who point at it or hear it
    parts: tuple[Part, ...]
    is_partial: bool  #: not a whole week: drawn lighter, never to be compared


def merged_columns(weeks: Sequence[WeekRow]) -> tuple[Column, ...]:
    """Merged pull requests a week; no columns where nothing was merged at all."""
    top = max((week.merged.n for week in weeks), default=0)
    return tuple(
        _column(week, week.merged.n, f"{week.merged.n} merged", [("merged", week.merged.n)], top)
        for week in (weeks if top else ())
    )


def ai_columns(weeks: Sequence[WeekRow]) -> tuple[Column, ...]:
    """Analysed pull requests a week: AI-assisted at the foot, then suspected, then the others."""
    top = max((week.ai_assisted.n for week in weeks), default=0)
    return tuple(_ai_column(week, top) for week in (weeks if top else ()))


def _ai_column(week: WeekRow, top: int) -> Column:
    assisted, suspected = week.ai_assisted.k or 0, week.ai_suspected.k or 0
    note = f" ({week.ai_assisted.note})" if week.ai_assisted.note else ""
    return _column(
        week,
        assisted,
        f"{in_words(week.ai_assisted)} AI-assisted, {suspected} more suspected{note}",
        [
            ("assisted", assisted),
            ("suspected", suspected),
            ("other", week.ai_assisted.n - assisted - suspected),
        ],
        top,
    )


def _column(
    week: WeekRow, number: int, says: str, counts: Iterable[tuple[Tone, int]], top: int
) -> Column:
    parts: list[Part] = []
    y = HEIGHT
    for tone, count in counts:
        height = HEIGHT * count / top
        y -= height
        if count:
            parts.append(Part(tone, round(y, 2), round(height, 2)))
    partial = "" if week.is_whole and not week.is_current else ", not a whole week"
    return Column(
        monday=week.monday,
        number=number,
        sentence=f"Week of {week.monday:%-d %b %Y}{partial}: {says}",
        parts=tuple(parts),
        is_partial=bool(partial),
    )
