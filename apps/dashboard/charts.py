"""Weeks as columns of bars: plain geometry, for SVG attributes (the CSP allows no inline style)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from apps.metrics.week_table import WeekRow
from apps.metrics.wording import NOTHING, in_words

HEIGHT = 100.0  # of a column, in the SVG's own units

Tone = Literal["merged", "assisted", "suspected", "other", "undecided"]


@dataclass(frozen=True)
class Part:
    """A piece of a column, from `y` down by `height`."""

    tone: Tone
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    monday: date
    number: str  #: written above the column; "–" where it is not known
    sentence: str  #: all that it says, for those who point at it or hear it
    parts: tuple[Part, ...]
    is_partial: bool  #: not a whole week: drawn lighter, never to be compared


def merged_columns(weeks: Sequence[WeekRow]) -> tuple[Column, ...]:
    """Merged pull requests a week; no columns where nothing was merged at all."""
    top = max((week.merged.n for week in weeks), default=0)
    return tuple(
        _column(
            week, in_words(week.merged), f"{week.merged.n} merged", [("merged", week.merged.n)], top
        )
        for week in (weeks if top else ())
    )


def ai_columns(weeks: Sequence[WeekRow]) -> tuple[Column, ...]:
    """
    Pull requests a week: AI-assisted at the foot, then suspected, then those without a sign.

    At the top those that nobody has analysed yet: they may still become any of the others.
    """
    top = max((week.ai_assisted.n for week in weeks), default=0)
    return tuple(_ai_column(week, top) for week in (weeks if top else ()))


def _ai_column(week: WeekRow, top: int) -> Column:
    share = week.ai_assisted
    assisted, suspected = share.k or 0, week.ai_suspected.k or 0
    says = f"{in_words(share)} AI-assisted, {suspected} more suspected"
    return _column(
        week,
        _at_least(assisted, share.undecided),
        f"{says}; {share.note}" if share.note else says,
        [
            ("assisted", assisted),
            ("suspected", suspected),
            ("other", share.decided - assisted - suspected),
            ("undecided", share.undecided),
        ],
        top,
    )


def _at_least(assisted: int, undecided: int) -> str:
    if not undecided:
        return str(assisted)
    return f"≥{assisted}" if assisted else NOTHING


def _column(
    week: WeekRow, number: str, says: str, counts: Iterable[tuple[Tone, int]], top: int
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
