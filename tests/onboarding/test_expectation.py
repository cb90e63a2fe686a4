"""The expected time follows the counts, the parallelism and what the language model costs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.github.choosing.preflight import Counts
from apps.onboarding.expectation import Pace, expectation, in_minutes, reading_seconds

PACE = Pace(
    page_size=25,
    at_once=8,
    answers_at_once=8,
    most_analysis_seconds=180,
    two_phase=True,
    seconds_a_minute=200.0,
)
WITHOUT_MODEL = replace(PACE, answers_at_once=0)
ONE_PHASE = replace(WITHOUT_MODEL, two_phase=False)
counts_of_teams = st.lists(
    st.builds(
        lambda recent, older: Counts(recent, recent + older),
        st.integers(0, 3_000),
        st.integers(0, 10_000),
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("numbers", "guide"),
    [([250, 150, 100], 5.0), ([200] * 10, 15.5)],
)
def test_it_is_the_guides_arithmetic_and_a_look_at_each_list(numbers, guide):
    """guide/github.md §2.6, 1.5 s a page and 8 at once; ours looks up and catches up besides."""
    assert guide <= reading_seconds(numbers, PACE) <= guide + 3


def test_the_longest_list_is_a_floor_because_its_pages_follow_one_another():
    assert reading_seconds([10_000], replace(PACE, at_once=1000)) >= 100 * 0.5


def test_githubs_time_of_a_minute_is_a_floor_however_many_are_asked_at_once():
    eager = replace(PACE, at_once=1000)

    assert reading_seconds([300] * 10, eager) < 60
    assert reading_seconds([400] * 10, eager) >= 60
    assert reading_seconds([400] * 10, replace(eager, seconds_a_minute=400.0)) < 60


def test_the_model_is_counted_only_where_it_is_asked_and_holds_phase_1_up_only_so_long():
    counts = [Counts(recent=4_000, whole=4_000)]

    without = expectation(counts, WITHOUT_MODEL)

    assert expectation(counts, PACE).seconds == without.seconds + 180
    assert without.older_seconds == 0


def test_in_one_phase_everything_is_read_before_the_dashboard_opens():
    counts = [Counts(recent=100, whole=1_000)]

    assert expectation(counts, ONE_PHASE).older_seconds == 0
    assert expectation(counts, ONE_PHASE).seconds > expectation(counts, WITHOUT_MODEL).seconds


def test_points_are_pages_of_details_and_of_lists_and_a_second_look():
    assert expectation([Counts(recent=100, whole=100)], PACE).points == 4 + 1 + 1


def test_nothing_chosen_takes_nothing():
    assert (expectation([], PACE).seconds, expectation([], PACE).points) == (0.0, 0)


@given(counts_of_teams)
def test_one_more_repository_never_makes_it_shorter(counts):
    more = expectation([*counts, Counts(300, 700)], PACE)

    assert more.seconds >= expectation(counts, PACE).seconds
    assert more.older_seconds >= expectation(counts, PACE).older_seconds
    assert more.points > expectation(counts, PACE).points


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (44.9, "less than a minute"),
        (45, "about 1 minute"),
        (61, "about 2 minutes"),
        (600, "about 10 minutes"),
        (601, "about 15 minutes"),
        (3_600, "about 60 minutes"),
        (3_601, "about 2 hours"),
    ],
)
def test_time_is_rounded_up_and_the_more_the_longer_it_is(seconds, words):
    assert in_minutes(seconds) == words
