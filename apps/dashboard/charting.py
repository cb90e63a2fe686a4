"""
A chart as data for `static/mergelight/charts.js`, with the table that says the same.

All words are made here: the script only knows where the ink goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apps.core.weeks import Week
from apps.metrics.figures import Figure

HEADROOM = 0.2  # of the highest column, for the number above it
LANE_HEADROOM = 0.5  # for the name of the lane as well
WEEK_DAYS = 7


@dataclass(frozen=True)
class Line:
    """A row of the table beside a chart."""

    about: str
    cells: tuple[Figure, ...]
    note: str = ""
    url: str = ""  #: the pull requests behind it


@dataclass(frozen=True)
class Table:
    heads: tuple[str, ...]  #: the first is of `about`
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Legend:
    tone: str
    label: str


@dataclass(frozen=True)
class Chart:
    key: str
    label: str  #: what it shows, for those who do not see it
    data: dict[str, Any]  #: empty: there is nothing to draw
    table: Table
    nothing: str  #: what to say then
    legend: tuple[Legend, ...] = ()
    legend_as: str = ""  #: "point": as single pull requests are drawn
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lane:
    """A strip of a weekly chart with columns of its own, and the numbers above them."""

    name: str
    heads: tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """One piece of each week's column; None: nothing is known. Faint ones are not whole or few."""

    tone: str
    lane: int
    values: tuple[float | None, ...]
    faint: tuple[bool, ...]


@dataclass(frozen=True)
class Boundary:
    """Where the history begins: nothing before it was read."""

    known_since: datetime | None
    zone: ZoneInfo

    @property
    def says(self) -> str:
        if self.known_since is None:
            return ""
        return f"read from {self.known_since.astimezone(self.zone):%-d %b %Y}"

    def in_weeks(self, first: date) -> float | None:
        """How many weeks after that Monday; None where it lies before, or is not known."""
        if self.known_since is None:
            return None
        begins = Week(first, self.zone).starts_at
        weeks = (self.known_since - begins).total_seconds() / (WEEK_DAYS * 86_400)
        return round(weeks, 3) if weeks > 0 else None


def weekly(
    mondays: Sequence[date],
    *,
    lanes: Sequence[Lane],
    series: Sequence[Series],
    says: Sequence[Sequence[str]],
    links: Sequence[str],
    boundary: Boundary,
) -> dict[str, Any]:
    """
    The data of a chart of columns, one for each week and lane.

    :param says: for each week the lines that are shown to whoever points at it.
    :param links: for each week where a click leads.
    """
    tops = [_top(series, lane) for lane in range(len(lanes))]
    # A lane is as high as what stands in it, so that all lanes of a chart have one scale.
    room = (HEADROOM if len(lanes) == 1 else LANE_HEADROOM) * max(*tops, 0) or 1
    return {
        "kind": "weeks",
        "labels": [f"{monday:%-d %b}" for monday in mondays],
        "lanes": [
            {"name": lane.name, "heads": lane.heads, "top": top + room}
            for lane, top in zip(lanes, tops, strict=True)
        ],
        "series": [
            {"tone": one.tone, "lane": one.lane, "values": one.values, "faint": one.faint}
            for one in series
        ],
        "says": says,
        "links": links,
        "boundary": {"at": boundary.in_weeks(mondays[0]), "says": boundary.says},
    }


def _top(series: Sequence[Series], lane: int) -> float:
    """The height of the highest column of a lane."""
    columns = zip(*(one.values for one in series if one.lane == lane), strict=True)
    return max((sum(value or 0 for value in column) for column in columns), default=0)
