"""
What can be said before anything is measured: plain counts of the pull requests that are stored.

They are the dashboard's "Merged" and "Opened" of the same days, counted in the database while rows
still come. Medians, and whatever rests on a verdict, wait for the measurement.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q
from django.db.models.functions import TruncWeek

from apps.core.weeks import weeks_between
from apps.github.models import Person, PullRequest
from apps.metrics.facts import PERSON
from apps.metrics.headline import HEADLINE_DAYS
from apps.metrics.history import CLOCK_SKEW
from apps.metrics.selection.period import last_days
from apps.teams.models import Team

#: As `Facts.by_person` and `Facts.is_to_default_branch`, for the database.
COUNTS = Q(person_kind__in=(Person.Kind.USER, Person.Kind.GHOST), is_own_bot=False) & (
    Q(repository__default_branch="") | Q(base_ref=F("repository__default_branch"))
)


@dataclass(frozen=True)
class MergedInWeek:
    monday: date
    merged: int
    is_whole: bool  #: neither begun before these days nor still going on


@dataclass(frozen=True)
class SoFar:
    """People's pull requests into default branches, of the last days."""

    days: int
    stored: int  #: pull requests of whomever that these counts rest on
    merged: int
    opened: int
    people: int  #: who had something merged or opened
    weeks: tuple[MergedInWeek, ...]  #: oldest first, weeks without a merge too

    @property
    def most(self) -> int:
        return max((week.merged for week in self.weeks), default=0)


def so_far(team: Team, *, now: datetime, days: int = HEADLINE_DAYS) -> SoFar | None:
    """Count in two statements; None while nothing is stored."""
    period = last_days(team.zone, days, now)
    last = now + CLOCK_SKEW
    merged, opened = (
        Q(**{f"{moment}__gte": period.since, f"{moment}__lte": last})
        for moment in ("merged_at", "created_at")
    )
    known = PullRequest.objects.filter(team=team, repository__is_selected=True).annotate(**PERSON)
    counts = known.aggregate(
        stored=Count("pk"),
        merged=Count("pk", filter=COUNTS & merged),
        opened=Count("pk", filter=COUNTS & opened),
        people=Count("person", filter=COUNTS & (merged | opened), distinct=True),
    )
    if not counts["stored"]:
        return None
    by_week = dict(
        known.filter(COUNTS, merged)
        .annotate(week=TruncWeek("merged_at", tzinfo=team.zone))
        .order_by()
        .values("week")
        .annotate(number=Count("pk"))
        .values_list("week", "number")
    )
    found = {week.date(): number for week, number in by_week.items()}
    return SoFar(
        days=days,
        weeks=tuple(
            MergedInWeek(
                week.monday,
                found.get(week.monday, 0),
                is_whole=period.since <= week.starts_at and week.ends_at <= now,
            )
            for week in weeks_between(period.since, now, team.zone)
        ),
        **counts,
    )
