"""
The arithmetic of one pull request: pure functions, no rows in, no rows out. All times in seconds.

Definitions and their sources are in `README.md` beside this file. A change of a definition here
changes what stored weeks mean; each run replaces all of a team's weeks.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType

#: The version of all definitions here and in `tally.py`. A measurement keeps it; one with another
#: version is measured anew (`apps.metrics.upkeep`). Raise it with every change of a number.
DEFINITIONS = 2

#: A first commit authored longer than this before the pull request was opened says nothing about
#: it: a cherry-pick, a wrong clock, a branch that lay about.
OLDEST_FIRST_COMMIT = timedelta(days=90)

#: Over so many changed lines a pull request is a big batch (LinearB: fair until 395 to 793).
BIG_LINES = 400

#: A merge counts as reverted if the revert was merged within this time. A week is mature, its
#: revert rate final, once so much time has passed since its end.
REVERT_WITHIN = timedelta(days=14)

#: Name of a size → the largest number of lines in it; None: no end. In order.
SIZE_BANDS: Mapping[str, int | None] = MappingProxyType(
    {"xs": 9, "s": 49, "m": 199, "l": BIG_LINES, "xl": None}
)


@dataclass(frozen=True)
class Flow:
    """
    The moments of one merged pull request, put in order by `flow_of`.

    `first_commit ≤ created ≤ ready ≤ first_review ≤ last_approval ≤ merged`, where they are known.
    """

    created: datetime
    ready: datetime
    merged: datetime
    first_commit: datetime | None = None
    first_review: datetime | None = None
    last_approval: datetime | None = None
    reviews_known: bool = True  #: False: not all reviews are stored, so there may be earlier ones


def flow_of(
    *,
    created: datetime,
    ready: datetime | None,
    merged: datetime,
    first_commit: datetime | None,
    reviews: list[datetime],
    approvals: list[datetime],
    reviews_known: bool = True,
) -> Flow:
    """
    Put the moments of a pull request in order.

    - Reviews and approvals after the merge change nothing.
    - A pull request that was reviewed while still a draft was ready at that review at the latest;
      one that GitHub never called ready was ready when it was opened.
    - A first commit outside `[created − 90 days, created]` is unknown: 1970, 2099, a wrong clock,
      or a force-push that replaced the commits which the pull request was opened with.

    :param reviews: when people other than the author submitted reviews, in any order.
    :param approvals: those among them that approved.
    :param reviews_known: False if some are missing: none of them is then the first or the last.
    """
    if not reviews_known:
        reviews, approvals = [], []
    before_merge = [at for at in reviews if at <= merged]
    first_review = min(before_merge, default=None)
    last_approval = max((at for at in approvals if at <= merged), default=None)
    ready = min(ready or created, first_review or merged, merged)
    return Flow(
        created=created,
        ready=max(ready, created),
        merged=merged,
        first_commit=first_commit if _can_be_first(first_commit, created) else None,
        first_review=None if first_review is None else max(first_review, created),
        last_approval=None if last_approval is None else max(last_approval, created),
        reviews_known=reviews_known,
    )


def _can_be_first(commit: datetime | None, created: datetime) -> bool:
    return commit is not None and created - OLDEST_FIRST_COMMIT <= commit <= created


def cycle_time(flow: Flow) -> float | None:
    """
    Seconds from the first commit's authoring to the merge.

    None if that commit is unknown: such pull requests have an "unclear start".
    """
    return _seconds(flow.first_commit, flow.merged)


def coding_time(flow: Flow) -> float | None:
    """Seconds from the first commit's authoring to ready; None if that commit is unknown."""
    return _seconds(flow.first_commit, flow.ready)


def pickup_time(flow: Flow) -> float | None:
    """Seconds from ready to the first human review; None without one."""
    return _seconds(flow.ready, flow.first_review)


def review_time(flow: Flow) -> float | None:
    """Seconds from the first human review to the last approval, or to the merge without one."""
    return _seconds(flow.first_review, flow.last_approval or flow.merged)


def merge_time(flow: Flow) -> float | None:
    """Seconds from the last human approval to the merge; None without an approval."""
    return _seconds(flow.last_approval, flow.merged)


def unreviewed_wait(flow: Flow) -> float | None:
    """Seconds from ready to the merge, only of a pull request that nobody reviewed."""
    if flow.first_review or not flow.reviews_known:
        return None
    return _seconds(flow.ready, flow.merged)


#: Column of a week → the duration whose median it holds. Of one pull request with a known first
#: commit, the stages (all but the first) add up to the cycle time, to the second.
DURATIONS: Mapping[str, Callable[[Flow], float | None]] = MappingProxyType(
    {
        "cycle_time": cycle_time,
        "coding_time": coding_time,
        "pickup_time": pickup_time,
        "review_time": review_time,
        "merge_time": merge_time,
        "unreviewed_wait": unreviewed_wait,
    }
)
STAGES = tuple(name for name in DURATIONS if name != "cycle_time")


def review_rounds(
    *, reviews: Sequence[datetime], commits: Sequence[datetime], flow: Flow
) -> int | None:
    """
    How often the work went back and forth: 1, plus 1 for each review that followed new commits.

    Only reviews up to the last approval count, or up to the merge without one: what comes later
    asked for nothing. None without a review, and where not all reviews are stored. A force-push
    gives commits new times; rounds before it may then be seen as one.

    :param reviews: when people other than the author submitted reviews, in any order.
    :param commits: when the commits were committed, in any order.
    """
    if flow.first_review is None:
        return None
    until = flow.last_approval or flow.merged
    moments = sorted(at for at in reviews if at <= until)
    pushed = sorted(commits)
    rounds = 1
    for before, after in pairwise(moments):
        rounds += bisect_right(pushed, after) > bisect_right(pushed, before)
    return rounds


def is_reverted(merged: datetime, reverted: datetime | None) -> bool:
    """Whether a merge was undone within REVERT_WITHIN of it."""
    return reverted is not None and merged <= reverted <= merged + REVERT_WITHIN


def size_band(lines: int) -> str:
    """The key of SIZE_BANDS into which so many changed lines fall."""
    return next(band for band, most in SIZE_BANDS.items() if most is None or lines <= most)


def merged_within(flow: Flow, limit: timedelta) -> bool:
    """Whether the merge came no later than `limit` after ready."""
    return flow.merged - flow.ready <= limit


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return (end - start).total_seconds()
