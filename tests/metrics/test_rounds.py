"""A round is a review that follows new commits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.metrics.formulas import SIZE_BANDS, flow_of, review_rounds, size_band

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rounds(reviews, commits=(), *, approvals=(), merged=100, known=True):
    def at(hours):
        return [START + hour * HOUR for hour in hours]

    flow = flow_of(
        created=START,
        ready=START,
        merged=START + merged * HOUR,
        first_commit=None,
        reviews=at(reviews),
        approvals=at(approvals),
        reviews_known=known,
    )
    return review_rounds(reviews=at(reviews), commits=at(commits), flow=flow)


@pytest.mark.parametrize(
    ("reviews", "commits", "expected"),
    [
        ([], [1], None),
        ([5], [], 1),
        ([5], [1, 2, 9], 1),
        ([5, 6, 7], [1], 1),
        ([5, 9], [1, 7], 2),
        ([5, 9], [1, 9], 2),
        ([5, 9], [1, 5], 1),
        ([5, 9, 13], [1, 7, 8, 10], 3),
    ],
)
def test_commits_between_reviews_make_rounds(reviews, commits, expected):
    assert rounds(reviews, commits) == expected


def test_what_comes_after_the_last_approval_or_the_merge_asks_for_nothing():
    assert rounds([5, 9, 20], [7, 15], approvals=[9]) == 2
    assert rounds([5, 120], [7], merged=100) == 1


def test_unknown_reviews_make_no_rounds():
    assert rounds([5, 9], [7], known=False) is None


@given(
    st.lists(st.integers(0, 99), min_size=1, max_size=12),
    st.lists(st.integers(0, 99), max_size=12),
)
def test_rounds_never_exceed_reviews_nor_commits_plus_one(reviews, commits):
    assert 1 <= rounds(reviews, commits) <= min(len(set(reviews)), len(commits) + 1)


@pytest.mark.parametrize(
    ("lines", "band"),
    [(0, "xs"), (9, "xs"), (10, "s"), (199, "m"), (400, "l"), (401, "xl"), (10**6, "xl")],
)
def test_every_size_has_a_band(lines, band):
    assert size_band(lines) == band
    assert list(SIZE_BANDS.values())[-1] is None
