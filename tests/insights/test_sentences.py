"""A finding says how much, of how many and since when, and no more than is known."""

from apps.insights.rules import RULES
from tests.insights.plain import DAY, HOUR, LONG_AGO, NEWER, NOW, OLDER, material, merged


def test_a_slow_first_review_says_how_slow():
    slow = material(*[merged(lasted=60 * HOUR, pickup=30 * HOUR) for _ in range(10)])

    assert RULES["I-01"](slow).sentence == (
        "Half of the pull requests waited 30 hours or more for their first review; "
        "10 of 10 waited longer than 24 hours."
    )


def test_a_share_with_a_few_undecided_is_said_as_the_least_that_it_can_be():
    moved = material(
        *[merged(days_ago=OLDER) for _ in range(60)],
        *[merged(days_ago=NEWER, ai_class="B" if n % 6 else "U") for n in range(60)],
    )

    assert "from 0 % of 60 to at least 83 % of 60" in RULES["I-12"](moved).sentence


def test_stages_are_compared_among_those_with_a_cycle_time():
    seen = material(
        *[merged(lasted=30 * HOUR, pickup=25 * HOUR) for _ in range(12)],
        *[merged(lasted=90 * HOUR, pickup=HOUR, first_commit=None) for _ in range(30)],
    )

    assert RULES["I-10"](seen).sentence == (
        "Waiting for the first review takes a median of 25 hours over 12 pull requests; "
        "the median cycle time of 12 is 31 hours."
    )


def test_a_cycle_time_that_moved_names_only_those_that_have_one():
    moved = material(
        *[merged(days_ago=OLDER, lasted=4 * HOUR) for _ in range(24)],
        *[merged(days_ago=NEWER, lasted=40 * HOUR) for _ in range(12)],
        *[merged(days_ago=NEWER, lasted=40 * HOUR, first_commit=None) for _ in range(5)],
    )

    assert len(RULES["I-09"](moved).pull_requests) == 12


def test_a_cycle_time_that_fell_is_said_as_well():
    faster = material(
        *[merged(days_ago=OLDER, lasted=40 * HOUR) for _ in range(24)],
        *[merged(days_ago=NEWER, lasted=4 * HOUR) for _ in range(12)],
    )

    assert RULES["I-09"](faster).title == "Cycle time went down"


def test_a_short_history_shortens_the_period():
    known_since = NOW - 7 * DAY
    few_days = material(
        *[merged(lasted=60 * HOUR, pickup=30 * HOUR) for _ in range(10)], known_since=known_since
    )

    assert RULES["I-01"](few_days).period.start == known_since.date()
    assert few_days.recent_since > LONG_AGO
