"""Each merge lies in one week of the team's calendar, at midnight and when clocks change too."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.factories import TeamFactory, TrackedRepositoryFactory
from tests.metrics.measuring import measured, merged_at, merged_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "UTC"])
def test_the_last_moment_of_sunday_and_midnight_lie_in_two_weeks(zone):
    repository = TrackedRepositoryFactory(team=TeamFactory(time_zone=zone))
    midnight = datetime(2026, 5, 18, tzinfo=repository.team.zone)
    merged_at(midnight - timedelta(microseconds=1000), repository)
    merged_at(midnight, repository)

    weeks = measured(repository)

    assert merged_in(weeks) == {date(2026, 5, 11): 1, date(2026, 5, 18): 1}


@pytest.mark.parametrize(
    ("moments", "monday"),
    [
        # The clocks of Berlin go forward on Sunday 29 March and back on Sunday 25 October 2026.
        (["2026-03-22T23:00Z", "2026-03-29T00:30Z", "2026-03-29T21:59Z"], date(2026, 3, 23)),
        (["2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T22:59Z"], date(2026, 10, 19)),
    ],
)
def test_a_week_in_which_the_clocks_change_keeps_its_merges(moments, monday):
    repository = TrackedRepositoryFactory(team=TeamFactory(time_zone="Europe/Berlin"))
    for moment in moments:
        merged_at(datetime.fromisoformat(moment), repository)

    weeks = measured(
        repository,
        since=datetime(2026, 3, 1, tzinfo=UTC),
        now=datetime(2026, 11, 3, tzinfo=UTC),
    )

    assert merged_in(weeks) == {monday: 3}


def test_the_year_with_53_weeks_has_neither_a_gap_nor_a_double(repository):
    merged_at(datetime(2026, 12, 31, tzinfo=UTC), repository)
    merged_at(datetime(2027, 1, 3, 23, 59, tzinfo=UTC), repository)
    merged_at(datetime(2027, 1, 4, tzinfo=UTC), repository)

    weeks = measured(
        repository,
        since=datetime(2025, 12, 29, tzinfo=UTC),
        now=datetime(2027, 1, 5, tzinfo=UTC),
    )

    assert len(weeks) == 54
    assert merged_in(weeks) == {date(2026, 12, 28): 2, date(2027, 1, 4): 1}


def test_a_merge_a_few_minutes_ahead_of_our_clock_counts_and_one_further_ahead_does_not(
    repository,
):
    sunday = datetime(2026, 6, 7, 23, 58, tzinfo=UTC)
    merged_at(sunday + timedelta(minutes=3), repository)
    merged_at(sunday + timedelta(minutes=30), repository)

    assert merged_in(measured(repository, now=sunday)) == {date(2026, 6, 1): 1}
