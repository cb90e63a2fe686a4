"""The stages of a pull request: never negative, and together the cycle, to the second."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.metrics.formulas import (
    DURATIONS,
    STAGES,
    coding_time,
    cycle_time,
    flow_of,
    merge_time,
    merged_within,
    pickup_time,
    review_time,
    unreviewed_wait,
)

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = 3600.0


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def flow(**moments):
    """Opened at hour 10 and merged at hour 20, unless said otherwise."""
    known = {"created": at(10), "ready": at(10), "merged": at(20), "first_commit": at(4)}
    return flow_of(**{**known, "reviews": [], "approvals": [], **moments})


def test_a_reviewed_pull_request_has_four_stages():
    seen = flow(reviews=[at(12), at(15)], approvals=[at(15)])

    assert cycle_time(seen) == 16 * HOUR
    assert coding_time(seen) == 6 * HOUR
    assert pickup_time(seen) == 2 * HOUR
    assert review_time(seen) == 3 * HOUR
    assert merge_time(seen) == 5 * HOUR
    assert unreviewed_wait(seen) is None


def test_without_a_review_there_is_only_the_wait():
    alone = flow()

    assert unreviewed_wait(alone) == 10 * HOUR
    assert pickup_time(alone) is review_time(alone) is merge_time(alone) is None


def test_without_an_approval_the_review_lasts_until_the_merge():
    commented = flow(reviews=[at(12)])

    assert review_time(commented) == 8 * HOUR
    assert merge_time(commented) is None


def test_with_some_reviews_missing_no_stage_after_ready_is_known():
    cut = flow(reviews=[at(12), at(15)], approvals=[at(15)], reviews_known=False)

    assert pickup_time(cut) is review_time(cut) is merge_time(cut) is unreviewed_wait(cut) is None
    assert (cycle_time(cut), coding_time(cut)) == (16 * HOUR, 6 * HOUR)


def test_a_review_after_the_merge_is_no_review():
    late = flow(reviews=[at(21)], approvals=[at(21)])

    assert pickup_time(late) is None
    assert unreviewed_wait(late) == 10 * HOUR


def test_the_last_approval_before_the_merge_counts():
    twice = flow(reviews=[at(12), at(14), at(25)], approvals=[at(12), at(14), at(25)])

    assert review_time(twice) == 2 * HOUR
    assert merge_time(twice) == 6 * HOUR


def test_a_draft_reviewed_before_it_was_ready_was_picked_up_at_once():
    early = flow(ready=at(15), reviews=[at(12)], approvals=[])

    assert pickup_time(early) == 0
    assert coding_time(early) == 8 * HOUR


def test_a_pull_request_never_called_ready_was_ready_when_opened():
    assert unreviewed_wait(flow(ready=None)) == 10 * HOUR


@pytest.mark.parametrize(
    "first_commit",
    [
        None,
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2099, 1, 1, tzinfo=UTC),
        at(10) - timedelta(days=90, seconds=1),
        at(10) + timedelta(seconds=1),
        at(20) + timedelta(seconds=1),
    ],
)
def test_a_first_commit_that_cannot_be_leaves_cycle_and_coding_unknown(first_commit):
    unclear = flow(first_commit=first_commit)

    assert cycle_time(unclear) is None
    assert coding_time(unclear) is None
    assert unreviewed_wait(unclear) == 10 * HOUR


def test_a_force_pushed_branch_has_neither_a_cycle_nor_a_coding_time():
    """Its only commit is authored minutes before the merge: counted from there, "0 min"."""
    forced = flow(first_commit=at(19.99), reviews=[at(12)])

    assert cycle_time(forced) is coding_time(forced) is None
    assert pickup_time(forced) == 2 * HOUR


def test_a_commit_authored_as_the_pull_request_was_opened_is_its_first():
    assert cycle_time(flow(first_commit=at(10))) == 10 * HOUR


def test_merged_within_counts_from_ready_and_includes_the_limit():
    assert merged_within(flow(), timedelta(hours=10))
    assert not merged_within(flow(), timedelta(hours=9, minutes=59))


moments = st.floats(min_value=-3000, max_value=3000, allow_nan=False)
flows = st.builds(
    lambda created, ready, lasted, first_commit, reviews, reviews_known: flow_of(
        created=at(created),
        ready=None if ready is None else at(ready),
        merged=at(created + lasted),
        first_commit=None if first_commit is None else at(first_commit),
        reviews=[at(moment) for moment, _ in reviews],
        approvals=[at(moment) for moment, approved in reviews if approved],
        reviews_known=reviews_known,
    ),
    created=moments,
    ready=st.none() | moments,
    lasted=st.floats(min_value=0, max_value=3000),
    first_commit=st.none() | moments,
    reviews_known=st.booleans(),
    reviews=st.lists(st.tuples(moments, st.booleans()), max_size=6),
)


@given(flows)
def test_no_duration_is_negative_or_longer_than_the_pull_request_with_its_90_days(seen):
    longest = (seen.merged - seen.created).total_seconds() + 90 * 24 * HOUR

    for duration in DURATIONS.values():
        seconds = duration(seen)
        assert seconds is None or 0 <= seconds <= longest


@given(flows)
def test_the_stages_add_up_to_the_cycle(seen):
    stages = [DURATIONS[name](seen) for name in STAGES]

    assert (coding_time(seen) is None) == (cycle_time(seen) is None)
    if coding_time(seen) is not None and seen.reviews_known:
        total = sum(stage for stage in stages if stage is not None)
        assert total == pytest.approx(cycle_time(seen), abs=1e-3)
