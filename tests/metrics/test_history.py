"""The weeks begin where the history was read from, and none is shown that was not read."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import TrackedRepositoryFactory
from tests.metrics.measuring import NOW, SINCE, measured, merged_at, merged_in

pytestmark = pytest.mark.django_db


def read_since(repository, moment: datetime) -> None:
    """Its list reaches as far back as that."""
    repository.keys_reach = moment - timedelta(minutes=1)
    repository.save()


def test_what_happened_before_the_history_counts_in_no_week(repository):
    merged_at(datetime(2026, 4, 20, tzinfo=UTC), repository, updated_at=NOW)

    assert merged_in(measured(repository)) == {}


def test_the_first_week_says_where_the_history_begins_within_it(repository):
    thursday = datetime(2026, 5, 7, 12, tzinfo=UTC)

    first, second, *_ = measured(repository, since=thursday).values()

    assert (first.week_start, first.history_starts_at) == (date(2026, 5, 4), thursday)
    assert second.history_starts_at is None


def test_a_new_run_keeps_the_weeks_that_an_earlier_one_read(repository):
    read_since(repository, datetime(2026, 3, 2, tzinfo=UTC))
    measured(repository, since=datetime(2026, 3, 2, tzinfo=UTC))

    weeks = measured(repository, since=SINCE, now=NOW + timedelta(days=7))

    assert min(weeks) == date(2026, 3, 2)


def test_a_new_run_forgets_older_weeks_that_an_added_repository_was_not_read_for(repository):
    read_since(repository, datetime(2026, 3, 2, tzinfo=UTC))
    measured(repository, since=datetime(2026, 3, 2, tzinfo=UTC))
    read_since(TrackedRepositoryFactory(team=repository.team), SINCE)
    TrackedRepositoryFactory(team=repository.team, is_selected=False)

    weeks = measured(repository, since=SINCE, now=NOW + timedelta(days=7))

    assert min(weeks) == SINCE.date()


def test_a_new_run_after_a_gap_forgets_the_weeks_before_it(repository):
    measured(repository, since=datetime(2026, 3, 2, tzinfo=UTC))

    weeks = measured(
        repository,
        since=datetime(2026, 8, 3, tzinfo=UTC),
        now=datetime(2026, 9, 1, tzinfo=UTC),
    )

    assert min(weeks) == date(2026, 8, 3)
