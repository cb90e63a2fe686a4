"""AI against the rest: who is compared with whom, and what is said of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.metrics.comparison.comparing import MEASURES, compare
from apps.metrics.comparison.observing import observe
from apps.metrics.comparison.pooling import Effect
from apps.metrics.comparison.wording import (
    effect_of,
    left_out_of,
    sentence_by_size,
    sentence_of,
    smallest_of,
)
from tests.insights.plain import HOUR, facts, merged
from tests.metrics.comparing import observed

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)


def cycle(compared):
    return compare(compared).row("cycle_time")


def some(n: int, ai_class: str, hours: float, **of):
    """Around so many hours, each a little different."""
    return [
        observed(ai_class, cycle_time=3600 * hours * (0.7 + 0.6 * i / n), **of) for i in range(n)
    ]


def test_the_same_authors_in_the_same_repositories_are_compared_where_there_are_enough():
    row = cycle(some(12, "B", 14) + some(12, "D", 15) + some(30, "D", 90, author=2))

    assert (row.plain.within, row.plain.authors) == ("author", 1)
    assert (row.plain.ai.n, row.plain.rest.n) == (12, 12)
    assert row.verdict == "not distinguishable"


def test_a_slow_author_who_uses_ai_is_no_slow_ai():
    """Whoever is slow anyway makes the crude medians differ; within authors nothing does."""
    slow = some(12, "B", 100) + some(4, "D", 100)
    quick = some(3, "B", 5, author=2) + some(30, "D", 5, author=2)

    assert cycle(slow + quick).verdict == "not distinguishable"
    assert cycle(some(15, "B", 100) + some(30, "D", 5)).verdict == "more"


def test_with_other_authors_the_same_repositories_are_compared():
    row = cycle(some(12, "B", 14) + some(12, "D", 15, author=2))

    assert (row.plain.within, row.plain.authors) == ("repository", 2)
    assert "the same repository, but not the same authors" in sentence_of(row)


def test_with_nothing_in_common_all_are_compared_and_it_is_said():
    row = cycle(some(12, "B", 14) + some(12, "D", 15, author=2, repository="owner/two"))

    assert row.plain.within == "all"
    assert "neither the same authors nor the same repositories" in sentence_of(row)


@pytest.mark.parametrize("left_out", ["C", "U"])
def test_the_suspected_and_the_undecided_are_on_neither_side(left_out):
    alike = some(12, "B", 14) + some(12, "D", 15)

    table = compare(alike + some(40, left_out, 900))

    assert (table.row("cycle_time").plain.ai.n, table.row("cycle_time").plain.rest.n) == (12, 12)
    assert table.suspected + table.undecided == 40
    assert left_out_of(table).startswith("Left out: 40 ")


def test_only_weeks_with_both_sides_count():
    table = compare(some(12, "B", 14) + some(12, "D", 15) + some(9, "D", 900, week=1))

    assert table.row("cycle_time").plain.rest.n == 12
    assert (table.weeks, table.other_weeks) == (1, 9)
    assert left_out_of(table) == "Left out: 9 merged in weeks without the other side."


def test_size_bands_hold_the_size_equal():
    small = some(10, "B", 2, size_band="s") + some(40, "D", 2, size_band="s")
    large = some(40, "B", 90, size_band="xl") + some(10, "D", 90, size_band="xl")

    row = cycle(small + large)

    assert row.verdict == "more"
    assert not row.by_size.effect.is_apart
    assert "not distinguishable" in sentence_by_size(row)


def test_too_few_are_said_to_be_too_few():
    row = cycle(some(4, "B", 14) + some(30, "D", 15))

    assert row.verdict == "too few"
    assert sentence_of(row) == (
        "Cycle time: too few to compare, 4 with declared AI use and 30 without a sign of it; "
        "it takes 10 of each in the same weeks."
    )


def test_a_difference_is_said_with_both_sides_its_basis_and_its_interval():
    row = cycle(some(20, "A", 10) + some(20, "D", 30))

    assert sentence_of(row) == (
        "Cycle time: a median of 9.8 h with declared AI use, 30 h without a sign of it (the same "
        "author in the same repository, 20 + 20 pull requests; ratio 0.33, 95 % interval 0.29 to "
        "0.38): shorter. With so many, only a ratio of 1.19 or 0.84 or beyond is likely to be seen."
    )


def test_a_share_is_said_in_points():
    ai = [observed("B", reviewed=float(n < 10)) for n in range(30)]
    rest = [observed("D", reviewed=float(n < 50)) for n in range(60)]

    sentence = sentence_of(compare(ai + rest).row("reviewed"))

    assert "10 of 30 (33 %) with declared AI use, 50 of 60 (83 %)" in sentence
    assert "difference −50 points" in sentence
    assert ": less often. " in sentence


def test_one_point_is_one():
    effect = Effect(value=0.01, low=-0.1, high=0.12, smallest=0.012, none=0)
    measure = next(each for each in MEASURES if each.is_share)

    assert effect_of(measure, effect).startswith("difference 1 point, 95 % interval −10 to")
    assert " a difference of 1 point or beyond" in smallest_of(measure, effect)


def test_merges_of_those_closed_are_compared_as_well():
    """All other rows are of merged ones only."""
    closed = [observed("B", is_merged=False) for _ in range(20)]
    both = [observed("B") for _ in range(20)] + [observed("D") for _ in range(40)]

    assert compare(closed + both).row("merged").verdict == "less"


def test_the_headline_is_the_cycle_time_or_none():
    loud = [observed("B", size=4000) for _ in range(20)] + [
        observed("D", size=4) for _ in range(20)
    ]

    assert compare(loud).row("size").verdict == "more"
    assert compare(loud).headline is None
    assert (
        compare(loud + some(12, "B", 14) + some(12, "D", 15)).headline.measure.name == "cycle_time"
    )


def test_no_sentence_speaks_of_a_cause():
    measured = [
        observed(
            ai_class,
            **{measure.name: float(n % 7 == 0) for measure in MEASURES if measure.is_share},
            **{measure.name: 60.0 * (n + 1) for measure in MEASURES if not measure.is_share},
        )
        for n in range(60)
        for ai_class in "BD"
    ]

    table = compare(measured)

    said = " ".join(sentence_of(row) + sentence_by_size(row) for row in table.rows).lower()
    for verb in ("because", "cause", "lead", "makes", "made", "due", "effect", "save", "improve"):
        assert verb not in said
    assert all(row.plain.effect for row in table.rows)


def test_what_is_observed_of_a_pull_request():
    reviewed = merged(pickup=HOUR, days_ago=20, rounds=3, ai_class="B", size=40)
    closed = facts(state="closed", closed_at=NOW - HOUR, ai_class="D")
    left_out = [facts(), merged(kind="bot", ai_class="A"), merged(is_to_default_branch=False)]

    one, other = observe([reviewed, closed, *left_out], now=NOW, zone=ZoneInfo("UTC"))

    assert one.values == {
        "merged": 1,
        "cycle_time": 5 * 3600,
        "pickup_time": 3600,
        "size": 40,
        "reviewed": 1,
        "more_rounds": 1,
        "reverted": 0,
    }
    assert (one.size_band, one.is_ai, one.is_merged) == ("s", True, True)
    assert (other.values, other.is_merged) == ({"merged": 0}, False)


def test_a_revert_counts_within_two_weeks_and_is_not_known_before_they_are_over():
    fresh = merged(days_ago=13)
    soon = replace(merged(days_ago=40), reverted_at=NOW - timedelta(days=30))
    late = replace(merged(days_ago=40), reverted_at=NOW - timedelta(days=20))

    found = observe([fresh, soon, late], now=NOW, zone=ZoneInfo("UTC"))

    assert [one.values["reverted"] for one in found] == [None, 1, 0]


def test_reviews_that_are_not_all_stored_leave_the_review_unknown():
    cut = merged(truncated=["reviews"])

    [one] = observe([cut], now=NOW, zone=ZoneInfo("UTC"))

    assert one.values["reviewed"] is None


pull_requests = st.lists(
    st.builds(
        observed,
        st.sampled_from("ABCDU"),
        author=st.integers(1, 3),
        repository=st.sampled_from(["owner/one", "owner/two"]),
        week=st.integers(0, 2),
        size_band=st.sampled_from(["s", "m", None]),
        cycle_time=st.one_of(st.none(), st.floats(0, 10**7)),
        reviewed=st.sampled_from([None, 0.0, 1.0]),
    ),
    max_size=90,
)


@given(pull_requests)
def test_whatever_is_compared_is_counted_and_can_be_said(compared):
    table = compare(compared)

    for row in table.rows:
        used = [one for one in (row.plain, row.by_size) if one and one.effect]
        assert all(min(one.ai.n, one.rest.n) >= row.measure.at_least for one in used)
        assert all(one.effect.low <= one.effect.high for one in used)
        assert "None" not in sentence_of(row) + sentence_by_size(row)
    for letter, left_out in (("C", table.suspected), ("U", table.undecided)):
        assert left_out == sum(one.ai_class == letter for one in compared)
