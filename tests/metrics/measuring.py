"""A team's merges, and its weeks as measured on one Wednesday."""

from datetime import UTC, date, datetime, timedelta

from apps.metrics.measure import measure
from apps.metrics.models import TeamWeek
from tests.claims import claim
from tests.factories import PullRequestFactory

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)  # a Wednesday, W23
SINCE = datetime(2026, 5, 4, tzinfo=UTC)  # a Monday, W19


def merged_at(moment: datetime, repository, **columns):
    return PullRequestFactory(
        repository=repository,
        merged=True,
        created_at=moment - timedelta(hours=1),
        merged_at=moment,
        **columns,
    )


def measured(repository, *, since: datetime = SINCE, now: datetime = NOW) -> dict[date, TeamWeek]:
    measure(claim(repository.team), since=since, now=now)
    return {row.week_start: row for row in TeamWeek.objects.filter(team=repository.team)}


def merged_in(weeks: dict[date, TeamWeek]) -> dict[date, int]:
    return {monday: row.merged for monday, row in weeks.items() if row.merged}
