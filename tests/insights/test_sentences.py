"""A finding says how much, of how many and since when, and no more than is known."""

from dataclasses import replace

from apps.insights.limits import Limits
from apps.insights.rules import RULES
from tests.insights.plain import DAY, HOUR, LONG_AGO, NEWER, NOW, OLDER, material, merged
from tests.insights.test_rules import FIRES, both_sides


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


def test_reverts_say_both_rates_and_that_the_last_two_weeks_do_not_count():
    sentence = RULES["I-11"](FIRES["I-11"]).sentence

    assert sentence == (
        "4 of 30 pull requests (13 %) were reverted within 14 days of their merge, in 4 full weeks "
        "that are old enough to say so; in the 12 weeks before it was 0 of 40 (0 %)."
    )


def test_larger_pull_requests_with_ai_are_said_beside_the_same_author_s_others():
    finding = RULES["I-13"](FIRES["I-13"])

    assert finding.sentence == (
        "Pull requests with declared AI use changed a median of 300 lines, others of the same "
        "author 60 (20 and 20 pull requests): 5 times as many, in an interval from 5 to 5."
    )
    assert len(finding.pull_requests) == 20


def test_waiting_longer_and_being_reviewed_less_are_two_parts_of_one_insight():
    longer, less = FIRES["I-14"], both_sides({}, {"pickup": HOUR})
    both = material(
        *[merged(pickup=9 * HOUR, lasted=20 * HOUR, ai_class="B") for _ in range(20)],
        *[merged(ai_class="B") for _ in range(20)],
        *[merged(pickup=HOUR, lasted=20 * HOUR) for _ in range(40)],
    )

    assert RULES["I-14"](longer).title == "Pull requests with declared AI wait longer"
    assert RULES["I-14"](less).title == "Pull requests with declared AI are reviewed less often"
    assert RULES["I-14"](both).title.endswith("wait longer and are reviewed less often")
    assert RULES["I-14"](less).sentence == (
        "A person reviewed 0 of 20 pull requests with declared AI use and 20 of 20 others of the "
        "same author in the same repositories."
    )
    assert len(RULES["I-14"](both).pull_requests) == 40


def test_rounds_say_the_median_and_how_many_took_more():
    assert RULES["I-15"](FIRES["I-15"]).sentence == (
        "The median of 12 reviewed pull requests is 3 rounds of review; "
        "12 of them took more than 2."
    )


def test_a_moved_threshold_moves_what_fires_and_what_is_said():
    slow = material(*[merged(lasted=60 * HOUR, pickup=30 * HOUR) for _ in range(10)])
    patient = replace(slow, limits=Limits({("I-01", "hours"): 36}))
    strict = replace(slow, limits=Limits({("I-01", "hours"): 8}))

    assert RULES["I-01"](patient) is None
    assert "10 of 10 waited longer than 8 hours" in RULES["I-01"](strict).sentence


def test_a_missed_share_never_reads_as_the_one_that_is_asked_for():
    narrowly = material(
        *[merged(lasted=49 * HOUR) for _ in range(23)],
        *[merged() for _ in range(91)],
    )

    assert "91 of 114 pull requests (79.8 %)" in RULES["I-04"](narrowly).sentence
    assert RULES["I-04"](narrowly).numbers["percent"] == 79.8
