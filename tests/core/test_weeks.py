"""Weeks begin on Monday, in the team's zone, whatever the clocks and the calendar do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.weeks import Week, weeks_between

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu"]


def test_the_last_moment_of_sunday_and_the_first_of_monday_are_two_weeks():
    sunday = datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=BERLIN)

    assert Week.of(sunday, BERLIN).monday == date(2026, 2, 23)
    assert Week.of(sunday + timedelta(microseconds=1), BERLIN).monday == date(2026, 3, 2)


@pytest.mark.parametrize(("monday", "hours"), [(date(2026, 3, 23), 167), (date(2026, 10, 19), 169)])
def test_a_week_in_which_the_clocks_change_has_another_length(monday, hours):
    week = Week(monday, BERLIN)

    length = week.ends_at.astimezone(UTC) - week.starts_at.astimezone(UTC)

    assert length == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2027, 1, 2), "2026-W53"),
        (date(2024, 12, 30), "2025-W01"),
        (date(2026, 1, 1), "2026-W01"),
    ],
)
def test_a_week_is_named_by_its_iso_year(day, name):
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    assert str(Week.of(moment, ZoneInfo("UTC"))) == name


def test_only_a_monday_begins_a_week():
    with pytest.raises(ValueError, match="not a Monday"):
        Week(date(2026, 3, 3), BERLIN)


def test_a_year_of_53_weeks_has_neither_gap_nor_double():
    weeks = list(
        weeks_between(
            datetime(2025, 12, 29, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC), ZoneInfo("UTC")
        )
    )

    assert len(weeks) == 54
    assert len({week.monday for week in weeks}) == 54


@given(
    moment=st.datetimes(
        min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
    ),
    zone=st.sampled_from(ZONES),
)
def test_every_moment_lies_in_exactly_the_week_it_is_given(moment, zone):
    week = Week.of(moment, ZoneInfo(zone))

    assert week.starts_at <= moment < week.ends_at
