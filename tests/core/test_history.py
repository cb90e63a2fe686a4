"""The two windows of a run meet at one instant; an optional history begins with a month."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.history import (
    calculate_sync_date_range,
    history_start,
    older_window,
    recent_window,
)

START = datetime(2026, 3, 15, 10, 30, tzinfo=UTC)


def test_twelve_months_before_christmas_is_the_first_of_december():
    christmas = datetime(2025, 12, 25, 18, tzinfo=UTC)

    assert calculate_sync_date_range(months=12, now=christmas) == (
        datetime(2024, 12, 1, tzinfo=UTC),
        christmas,
    )


@given(
    months=st.integers(0, 240),
    now=st.datetimes(
        min_value=datetime(2021, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
    ),
)
def test_any_number_of_months_leads_to_the_first_of_a_month_so_far_back(months, now):
    start, end = calculate_sync_date_range(months=months, now=now)

    assert end == now
    assert (start.day, start.hour, start.minute) == (1, 0, 0)
    assert (now.year * 12 + now.month) - (start.year * 12 + start.month) == months


def test_negative_months_are_refused():
    with pytest.raises(ValueError, match="0 or more"):
        calculate_sync_date_range(months=-1, now=START)


def test_the_windows_of_both_phases_meet_without_gap_or_overlap():
    recent, older = recent_window(START, two_phase=True, days=None), older_window(START, days=None)

    assert recent.since == older.until == START - timedelta(days=30)
    assert older.since == START - timedelta(days=90)


def test_a_run_of_one_phase_reads_the_whole_history_at_once():
    assert recent_window(START, two_phase=False, days=None).since == START - timedelta(days=90)


def test_the_days_and_months_come_from_the_settings(settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "quick_start_days": 7,
        "background_days": 14,
    }
    assert recent_window(START, two_phase=True, days=None).since == START - timedelta(days=7)
    assert history_start(START, days=None) == START - timedelta(days=14)

    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"history_months": 6}
    assert history_start(START, days=None) == datetime(2025, 9, 1, tzinfo=UTC)
