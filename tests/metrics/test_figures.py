"""A number is shown only as far as what it rests on carries it."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.metrics.figures import (
    Basis,
    apart,
    count,
    count_interval,
    for_each,
    median_interval,
    median_of,
    share,
    wilson,
)
from apps.metrics.wording import duration, in_words

HOUR = 3600.0


def test_no_median_below_six_but_the_points_themselves():
    few = median_of([9 * HOUR, None, 2 * HOUR, 5 * HOUR], "seconds")

    assert few.n == 3
    assert few.is_thin
    assert few.points == (2 * HOUR, 5 * HOUR, 9 * HOUR)
    assert in_words(few) == "too few: 2.0 h, 5.0 h, 9.0 h"


def test_six_have_a_median_and_an_interval_and_thirteen_a_p75():
    six = median_of([float(hours) * HOUR for hours in range(1, 7)], "seconds")
    thirteen = median_of([float(hours) * HOUR for hours in range(1, 14)], "seconds")

    assert (six.low, six.high, six.p75) == (HOUR, 6 * HOUR, None)
    assert in_words(six) == "3.5 h"
    assert thirteen.p75 == 10 * HOUR


def test_a_tenth_is_spoken_of_from_36_on():
    def p90(n: int) -> float | None:
        return median_of([float(value) for value in range(n)], "seconds").p90

    assert p90(35) is None
    assert p90(36) == pytest.approx(31.5)


def test_rounds_may_lie_between_two():
    assert in_words(median_of([1.0] * 6, "rounds")) == "1 round"
    assert in_words(median_of([1.0, 1, 1, 2, 2, 2], "rounds")) == "1.5 rounds"
    assert in_words(median_of([1.0, 3], "rounds")) == "too few: 1 round, 3 rounds"


def test_so_many_for_each_person_are_not_said_of_few_people():
    assert in_words(for_each(38, 11, at_least=3)) == "3.5"
    assert in_words(for_each(38, 2, at_least=3)) == "–"
    assert in_words(for_each(0, 3, at_least=3)) == "0.0"


@pytest.mark.parametrize(
    ("k", "low", "high"),  # the exact ones (Garwood) of tables
    [(0, 0.0, 3.69), (1, 0.03, 5.57), (10, 4.80, 18.39), (100, 81.36, 121.63)],
)
def test_the_interval_of_a_count_is_that_of_the_tables(k, low, high):
    assert count_interval(k) == pytest.approx((low, high), abs=0.12)


def test_figures_are_apart_only_where_both_intervals_are_known_and_do_not_touch():
    slow, fast = (median_of([hours * HOUR] * 6, "seconds") for hours in (9.0, 1.0))

    assert apart(slow, fast)
    assert apart(fast, slow)
    assert not apart(slow, slow)
    assert not apart(slow, median_of([HOUR] * 5, "seconds"))


def test_a_figure_takes_the_basis_of_its_page():
    until = datetime(2026, 6, 3, tzinfo=UTC)
    basis = Basis(
        since=until - timedelta(days=30),
        until=until,
        window="last 30 days",
        repositories=3,
        repositories_selected=4,
        analysed=0,
        asked=0,
        computed_at=until,
        definitions=2,
    )

    assert count(3).basis is None
    assert (count(3).on(basis).basis, count(3).on(basis).value) == (basis, 3)
    assert basis.share_analysed is None


@pytest.mark.parametrize(("n", "rank"), [(5, None), (6, 1), (8, 1), (9, 2), (20, 6), (100, 40)])
def test_the_interval_of_a_median_has_the_ranks_of_the_tables(n, rank):
    values = [float(value) for value in range(1, n + 1)]

    expected = (None, None) if rank is None else (rank, n + 1 - rank)
    assert median_interval(values) == expected


def test_the_interval_of_many_values_does_not_jump_where_the_arithmetic_changes():
    def low(n: int) -> float:
        return median_interval([float(value) for value in range(n)])[0] / n

    assert low(500) == pytest.approx(low(501), abs=0.005)
    assert low(20_000) == pytest.approx(0.4931, abs=0.001)


def test_a_share_of_fewer_than_twenty_has_no_percentage():
    assert in_words(share(2, 10)) == "2 of 10"
    assert in_words(share(15, 20)) == "15 of 20 (75 %)"


def test_a_share_with_undecided_is_the_least_that_it_can_be():
    seen = share(25, 250, undecided=225)

    assert in_words(seen) == "at least 25 of 250"
    assert seen.is_thin
    assert (seen.low, seen.high) == pytest.approx((wilson(25, 250)[0], 1))


def test_a_share_has_a_percentage_from_four_fifths_decided_on():
    assert in_words(share(24, 30, undecided=6)) == "at least 24 of 30 (80 %)"
    assert in_words(share(23, 30, undecided=7)) == "at least 23 of 30"
    assert in_words(share(24, 30)) == "24 of 30 (80 %)"


def test_no_sign_among_few_analysed_is_not_none():
    assert in_words(share(0, 250, undecided=200)) == "none of 250 so far"
    assert in_words(share(0, 250, undecided=250)) == "–"


def test_nothing_is_not_zero():
    assert in_words(median_of([], "seconds")) == "–"
    assert in_words(share(0, 0)) == "–"
    assert in_words(count(0)) == "0"


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(2, 10, 0.06, 0.51), (2, 20, 0.03, 0.30), (10, 100, 0.06, 0.17)]
)
def test_wilson_s_interval(k, n, low, high):
    found_low, found_high = wilson(k, n)

    assert found_low == pytest.approx(low, abs=0.006)
    assert found_high == pytest.approx(high, abs=0.006)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 min"),
        (59 * 60, "59 min"),
        (3599, "1.0 h"),
        (7.5 * HOUR, "7.5 h"),
        (31 * HOUR, "31 h"),
        (47.9 * HOUR, "2.0 d"),
        (76.8 * HOUR, "3.2 d"),
    ],
)
def test_durations_read_as_people_say_them(seconds, words):
    assert duration(seconds) == words
