"""Single pull requests in a picture: a cloud of points, and how they are distributed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from apps.metrics.selection.chosen import flows_of
from apps.metrics.selection.parts import ASSISTED
from apps.metrics.selection.reading import Selection
from apps.teams.models import Team

MOST_POINTS = 1_000
HOUR, DAY = 3600, 86_400


class Point(NamedTuple):
    pull_request: int
    repository: str
    number: int
    title: str
    merged_at: datetime
    cycle_time: float  #: seconds
    size: int | None
    ai_class: str


@dataclass(frozen=True)
class Cloud:
    points: tuple[Point, ...]  #: the newest, oldest of them first
    of: int  #: merged ones with a known cycle time; "n of m are shown" where there are more


@dataclass(frozen=True)
class Band:
    name: str  #: "1 to 3 h"
    n: int  #: merged with a cycle time in it
    ai_assisted: int  #: of these: class A or B


# fmt: off
BANDS = (
    # shorter than     name
    (HOUR,             "under 1 h"),
    (3 * HOUR,         "1 to 3 h"),
    (8 * HOUR,         "3 to 8 h"),
    (DAY,              "8 to 24 h"),
    (3 * DAY,          "1 to 3 d"),
    (7 * DAY,          "3 to 7 d"),
    (14 * DAY,         "7 to 14 d"),
    (30 * DAY,         "14 to 30 d"),
    (float("inf"),     "30 d or more"),
)
# fmt: on


def cloud(team: Team, selection: Selection) -> Cloud:
    """The newest merged ones of a selection with a known cycle time; one statement."""
    rows = flows_of(team, selection.chosen).filter(
        selection.span.holds("merged_at"),
        is_to_default_branch=True,
        cycle_time__isnull=False,
    )
    if not selection.chosen.with_bots:
        rows = rows.filter(is_by_person=True)
    newest = rows.order_by("-merged_at", "-pk").values_list(
        "pk",
        "repository__name_with_owner",
        "pull_request__number",
        "pull_request__title",
        "merged_at",
        "cycle_time",
        "size",
        "ai_class",
    )[:MOST_POINTS]
    return Cloud(
        points=tuple(Point._make(row) for row in newest)[::-1],
        of=sum(row.cycle_time is not None for row in selection.part.merged),
    )


def distribution(selection: Selection) -> tuple[Band, ...]:
    """How many merged pull requests took how long, all bands, short ones first."""
    every: Counter[str] = Counter()
    assisted: Counter[str] = Counter()
    for row in selection.part.merged:
        if row.cycle_time is not None:
            name = _band(row.cycle_time)
            every[name] += 1
            assisted[name] += row.ai_class in ASSISTED
    return tuple(Band(name, every[name], assisted[name]) for _, name in BANDS)


def _band(seconds: float) -> str:
    return next(name for limit, name in BANDS if seconds < limit)
