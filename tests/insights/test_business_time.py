"""Business time leaves out weekends, as the team's zone has them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.insights.rules.open_work import business_time


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-06-01T09:00", "2026-06-01T17:00", 8),
        ("2026-05-29T12:00", "2026-06-01T12:00", 24),  # Friday to Monday
        ("2026-05-30T00:00", "2026-05-31T23:59", 0),  # a weekend
        ("2026-06-03T12:00", "2026-06-01T12:00", 0),  # the wrong way round
    ],
)
def test_business_time_leaves_out_the_weekend_of_the_zone(start, end, hours):
    zone = ZoneInfo("Asia/Kathmandu")

    moments = (datetime.fromisoformat(moment).replace(tzinfo=zone) for moment in (start, end))
    assert business_time(*moments, zone) == timedelta(hours=hours)
