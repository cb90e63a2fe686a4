"""
How long phase 1 has taken in each run, from its start to the open dashboard.

Read from the log of transitions: it is append-only and nobody prunes it, so a table of its own
would be a second place for the same fact. A team that is deleted takes its log along, and its
runs then count no more.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q

from apps.core.weeks import Week
from apps.pipeline.columns import STATUS
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import OPENS_DASHBOARD, STEPS, Status
from apps.pipeline.moves import BEGINNINGS
from apps.pipeline.rows import rows

GOAL = timedelta(minutes=5)
WEEKS = ZoneInfo("UTC")  # of many teams at once, so in nobody's own zone
#: The statuses before the dashboard is open.
CLOSED = tuple(
    status for status, step in STEPS.items() if step.phase == 1 and status not in OPENS_DASHBOARD
)


class Outcome(Enum):
    """What became of phase 1; only the first has a time."""

    OPENED = "dashboard opened"
    RUNNING = "still running"
    FAILED = "failed or cancelled"
    REPLACED = "begun again before its end"


@dataclass(frozen=True)
class Run:
    team_id: int
    team: str
    number: int
    began_at: datetime
    opened_at: datetime | None
    outcome: Outcome
    stops: int  #: how often it failed or was paused or cancelled before the dashboard opened
    two_phase: bool | None  #: whether phase 1 was the short one; None before its end

    @property
    def took(self) -> timedelta | None:
        return self.opened_at - self.began_at if self.opened_at else None


@dataclass(frozen=True)
class Times:
    """Of some runs: those with a time first, then how many have none, by the reason."""

    n: int
    median: timedelta | None
    p95: timedelta | None  #: the smallest time that 95 % of the runs did not exceed
    within_goal: int
    with_stops: int  #: of n, those that somebody or something had stopped; their wait counts whole
    running: int
    failed: int
    replaced: int

    @property
    def share_within_goal(self) -> float | None:
        """Percent of n."""
        return 100 * self.within_goal / self.n if self.n else None


@dataclass(frozen=True)
class WeekOfRuns:
    """The runs that began in one ISO week (UTC)."""

    week: Week
    times: Times


def runs_through_phase1() -> list[Run]:
    """Every run that began with phase 1, the newest first. Two statements."""
    teams = {row["pk"]: row for row in rows().values("pk", "name", "pipeline_run", STATUS)}
    grouped = (
        PipelineTransition.objects.filter(Q(verb__in=BEGINNINGS) | Q(source__in=CLOSED))
        .values("team_id", "run")
        .annotate(
            began=Min("at", filter=Q(verb__in=BEGINNINGS)),
            opened=Min("at", filter=Q(verb="advance", target__in=OPENS_DASHBOARD)),
            at_once=Count("pk", filter=Q(verb="advance", target=Status.COMPLETE)),
            ended=Count("pk", filter=Q(verb__in=("fail", "cancel"), source__in=CLOSED)),
            paused=Count("pk", filter=Q(verb="pause", source__in=CLOSED)),
        )
        .order_by()
    )
    found = [
        _run(group, teams[group["team_id"]])
        for group in cast(Iterable[dict[str, Any]], grouped)
        if group["began"] is not None and group["team_id"] in teams
    ]
    return sorted(found, key=lambda run: (run.began_at, run.team_id), reverse=True)


def times_of(runs: Iterable[Run]) -> Times:
    by_outcome: Mapping[Outcome, list[Run]] = _by_outcome(runs)
    opened = by_outcome[Outcome.OPENED]
    took = sorted(run.took for run in opened if run.took is not None)
    return Times(
        n=len(took),
        median=statistics.median(took) if took else None,  # type: ignore[type-var]
        p95=took[math.ceil(0.95 * len(took)) - 1] if took else None,
        within_goal=sum(time < GOAL for time in took),
        with_stops=sum(run.stops > 0 for run in opened),
        running=len(by_outcome[Outcome.RUNNING]),
        failed=len(by_outcome[Outcome.FAILED]),
        replaced=len(by_outcome[Outcome.REPLACED]),
    )


def by_week(runs: Sequence[Run]) -> list[WeekOfRuns]:
    """The newest week first; a week in which no run began has no row."""
    weeks: dict[Week, list[Run]] = defaultdict(list)
    for run in runs:
        weeks[Week.of(run.began_at, WEEKS)].append(run)
    newest_first = sorted(weeks, key=lambda week: week.monday, reverse=True)
    return [WeekOfRuns(week, times_of(weeks[week])) for week in newest_first]


def _by_outcome(runs: Iterable[Run]) -> Mapping[Outcome, list[Run]]:
    found: dict[Outcome, list[Run]] = {outcome: [] for outcome in Outcome}
    for run in runs:
        found[run.outcome].append(run)
    return found


def _run(group: Mapping[str, Any], team: Mapping[str, Any]) -> Run:
    opened: datetime | None = group["opened"]
    return Run(
        team_id=group["team_id"],
        team=team["name"],
        number=group["run"],
        began_at=group["began"].astimezone(UTC),
        opened_at=opened,
        outcome=Outcome.OPENED if opened else _unopened(group, team),
        stops=group["ended"] + group["paused"],
        two_phase=not group["at_once"] if opened else None,
    )


def _unopened(group: Mapping[str, Any], team: Mapping[str, Any]) -> Outcome:
    """A run that a later one has followed is at rest, whatever the team's row says now."""
    if group["run"] == team["pipeline_run"] and team[STATUS] in CLOSED:
        return Outcome.RUNNING
    return Outcome.FAILED if group["ended"] else Outcome.REPLACED
