"""What is said before the measurement is what the measurement then says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.metrics.measure import measure
from apps.metrics.so_far import so_far
from tests.claims import claim
from tests.factories import (
    PersonFactory,
    PullRequestFactory,
    TeamFactory,
    TrackedRepositoryFactory,
)
from tests.metrics.selection.choosing import NOW, selected

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository():
    return TrackedRepositoryFactory(last_synced_at=NOW, sync_status="completed")


def merge(repository, *, days_ago, **columns):
    merged_at = NOW - timedelta(days=days_ago)
    return PullRequestFactory(
        repository=repository,
        merged=True,
        created_at=merged_at - timedelta(minutes=40),
        merged_at=merged_at,
        **columns,
    )


@pytest.fixture
def mixed(repository):
    """Everything that does not count beside what does."""
    team = repository.team
    mira = PersonFactory(team=team)
    merge(repository, days_ago=1, author=mira)
    merge(repository, days_ago=2, author=PersonFactory(team=team, same_as=mira))
    merge(repository, days_ago=9, author=PersonFactory(team=team, ghost=True))
    merge(repository, days_ago=29.9)
    merge(repository, days_ago=30.1)
    merge(repository, days_ago=3, author=PersonFactory(team=team, bot=True))
    merge(repository, days_ago=3, author=PersonFactory(team=team, counts_as_bot=True))
    merge(repository, days_ago=3, base_ref="release")
    merge(TrackedRepositoryFactory(team=team, is_selected=False), days_ago=3)
    merge(TrackedRepositoryFactory(team=team, default_branch=""), days_ago=3, base_ref="trunk")
    PullRequestFactory(repository=repository, created_at=NOW - timedelta(days=4))
    merge(TrackedRepositoryFactory(), days_ago=3)  # another team's
    return repository


def test_the_counts_are_those_of_the_dashboard(mixed):
    early = so_far(mixed.team, now=NOW)
    measure(claim(mixed.team), since=NOW - timedelta(days=90), now=NOW)
    measured = selected(mixed.team)

    assert early.merged == len(measured.part.merged) == 5
    assert early.opened == measured.part.opened
    assert sum(week.merged for week in early.weeks) == early.merged
    assert early.stored == 10


def test_accounts_that_are_one_person_are_one(mixed):
    assert so_far(mixed.team, now=NOW).people == 5


def test_every_week_has_a_row_and_says_whether_it_is_whole(repository):
    merge(repository, days_ago=1)

    weeks = so_far(repository.team, now=NOW).weeks

    assert [week.monday for week in weeks] == [
        date(2026, 5, 4) + timedelta(days=7 * n) for n in range(5)
    ]
    assert [week.merged for week in weeks] == [0, 0, 0, 0, 1]
    assert [week.is_whole for week in weeks] == [False, True, True, True, False]


def test_weeks_are_those_of_the_teams_zone(repository):
    team = repository.team
    sunday_in_utc = datetime(2026, 5, 31, 20, tzinfo=UTC)
    PullRequestFactory(
        repository=repository, merged=True, created_at=sunday_in_utc - timedelta(hours=1)
    )
    repository.pull_requests.update(merged_at=sunday_in_utc)
    team.time_zone = "Asia/Tokyo"

    weeks = so_far(team, now=NOW).weeks

    assert [(str(week.monday), week.merged) for week in weeks][-2:] == [
        ("2026-05-25", 0),
        ("2026-06-01", 1),
    ]


def test_of_nothing_there_is_nothing_to_say():
    assert so_far(TeamFactory(), now=NOW) is None
