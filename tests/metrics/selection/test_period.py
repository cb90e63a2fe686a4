"""What lies in a period, and which one it is compared with."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.metrics.selection.period import between, days_in_words, last_days

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia")]
)


def test_the_last_days_are_so_many_times_24_hours_in_any_zone():
    period = last_days(BERLIN, 30, NOW.astimezone(BERLIN))  # the clocks changed on 29 March

    assert period.until - period.since == timedelta(days=30)
    assert period.since == NOW - timedelta(days=30)
    assert (period.first_day, period.last_day) == (date(2026, 3, 9), date(2026, 4, 8))
    assert period.name == "last 30 days"


def test_the_period_before_the_last_days_ends_where_they_begin():
    before = last_days(BERLIN, 30, NOW).before()

    assert (before.since, before.until) == (NOW - timedelta(days=60), NOW - timedelta(days=30))
    assert before.name == "the 30 days before"


def test_days_are_those_of_the_zone_and_both_are_inside():
    period = between(BERLIN, date(2026, 3, 23), date(2026, 3, 29), NOW)

    assert period.since == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert period.until == datetime(2026, 3, 29, 22, tzinfo=UTC)  # 167 hours later
    assert (period.days, period.name) == (7, "23 Mar to 29 Mar 2026")


def test_as_many_days_before_begin_at_midnight_whatever_the_clocks_do():
    before = between(BERLIN, date(2026, 3, 30), date(2026, 4, 5), NOW).before()

    assert before.since == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert (before.first_day, before.last_day) == (date(2026, 3, 23), date(2026, 3, 29))


def test_a_period_that_ends_today_ends_now_and_is_compared_with_as_many_hours():
    period = between(BERLIN, date(2026, 4, 8), date(2026, 4, 8), NOW)

    assert period.until == NOW
    assert period.before().since == period.since - timedelta(hours=14)
    assert (period.name, period.before().name) == ("8 Apr 2026", "the day before")


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2026, 4, 2), date(2026, 4, 1), "The first day has to come before the last one."),
        (date(2026, 4, 2), date(2026, 4, 9), "The last day lies in the future."),
        (date(2026, 4, 9), date(2026, 4, 8), "The first day lies in the future."),
        (date.min, date(2026, 4, 1), "GitHub has no pull requests from before 2008."),
        (date(2025, 4, 1), date(2026, 4, 2), "At most 366 days can be shown at once."),
    ],
)
def test_what_is_no_period_is_refused_with_a_sentence(first, last, sentence):
    with pytest.raises(ValueError, match=sentence):
        between(BERLIN, first, last, NOW)


def test_a_name_says_both_years_where_they_differ():
    period = between(BERLIN, date(2025, 12, 30), date(2026, 1, 2), NOW)

    assert period.name == "30 Dec 2025 to 2 Jan 2026"


@given(zone=ZONES, first=st.dates(date(2008, 1, 1), NOW.date()), length=st.integers(0, 365))
def test_a_period_and_the_one_before_touch_and_are_equally_long(zone, first, length):
    last = min(first + timedelta(days=length), NOW.date())
    period = between(zone, first, last, NOW)
    before = period.before()

    assert before.since < before.until == period.since <= period.until
    assert before.days == period.days
    hours = (period.until - period.since) - (before.until - before.since)
    assert abs(hours) <= timedelta(hours=26)  # Apia once left out a day


def test_days_are_named_as_shortly_as_they_can_be():
    assert days_in_words(date(2026, 4, 1), date(2026, 4, 1)) == "1 Apr 2026"
    assert days_in_words(date(2026, 4, 1), date(2026, 5, 2)) == "1 Apr to 2 May 2026"
    assert days_in_words(date(2025, 4, 2), date(2026, 4, 1)) == "2 Apr 2025 to 1 Apr 2026"
