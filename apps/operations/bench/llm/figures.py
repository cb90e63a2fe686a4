"""What reading the same pull requests costs, one after another and as we do it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from apps.operations.bench.llm.stand_in import TOKENS_A_MINUTE, Served, Tier
from apps.operations.bench.sync.figures import Goal

AT_ONCE = 8  # calls, of the bound
BOUND_GOAL, BOUND_AT = 1.3, 150  # times the lower bound; pull requests, the size of that goal
SHARE_GOAL, SHARE_AT = 0.9, 500  # of the tier's tokens a minute
LIMITED_GOAL = 0.03  # of all calls
MINUTE = 60.0


@dataclass(frozen=True)
class Walk:
    """The baseline, over a part of the pull requests."""

    pull_requests: int  #: of the part
    seconds: float
    pause: float  #: seconds after each call

    def of(self, pull_requests: int) -> float:
        """Seconds for so many, supposing that each takes as long as those of the part."""
        return self.seconds / self.pull_requests * pull_requests


@dataclass(frozen=True)
class Reading:
    """One run of phase 1's analysis."""

    tier: Tier
    call_seconds: float
    deadline: float
    pull_requests: int
    analysed: int
    marked: int  #: rows that have been judged by rules
    reason: str  #: why the rest is pending
    seconds: float
    served: Served
    postponed: Sequence[str]  #: each time, the sentence for the team
    statements: int
    of_a_group: float  #: statements of a transaction with answers, in the middle
    of_the_largest: int
    minutes: int  #: whole ones
    tokens_of_minutes: int

    @property
    def bound(self) -> float:
        """Seconds below which nobody gets with so many at once, nor within the tier's tokens."""
        calls = self.pull_requests / AT_ONCE * self.call_seconds
        minutes = math.ceil(self.served.tokens / TOKENS_A_MINUTE[self.tier]) - 1
        return max(calls, minutes * MINUTE)

    @property
    def above_bound(self) -> float:
        return self.seconds / self.bound

    @property
    def share(self) -> float | None:
        """Of the tokens of the whole minutes, how many were used; None: it took no minute."""
        if not self.minutes:
            return None
        return self.tokens_of_minutes / (self.minutes * TOKENS_A_MINUTE[self.tier])

    @property
    def limited(self) -> float:
        return self.served.limited / max(self.served.calls, 1)


@dataclass(frozen=True)
class Comparison:
    wanted: int  #: the size that was asked for
    walk: Walk
    ours: Reading

    @property
    def faster(self) -> float:
        return self.walk.of(self.ours.pull_requests) / self.ours.seconds


def of_whole_minutes(seen: Sequence[tuple[float, int]]) -> tuple[int, int]:
    """How many whole minutes were looked at, and the tokens that were used in them."""
    minutes = int(seen[-1][0] // MINUTE) if seen else 0
    tokens = max((tokens for at, tokens in seen if at <= minutes * MINUTE), default=0)
    return minutes, tokens if minutes else 0


def goals(measured: Comparison) -> Iterator[Goal]:
    ours, size = measured.ours, f"{measured.wanted} pull requests"
    if measured.wanted <= BOUND_AT:
        above = ours.above_bound
        yield Goal(f"{size}, × the lower bound, at most", BOUND_GOAL, above, above <= BOUND_GOAL)
    if measured.wanted >= SHARE_AT and ours.share is not None:
        share = ours.share
        what = f"{size}, of the tier's tokens in whole minutes, at least"
        yield Goal(what, SHARE_GOAL, share, share >= SHARE_GOAL)
    limited = ours.limited
    yield Goal(f"{size}, 429s of all calls, below", LIMITED_GOAL, limited, limited < LIMITED_GOAL)


def wrong(measured: Reading) -> Iterator[str]:
    """A sentence for each thing that no key may change."""
    if measured.marked < measured.pull_requests:
        yield f"{measured.pull_requests - measured.marked} pull requests have no marks."
    if measured.analysed < measured.pull_requests and not measured.reason:
        yield f"{measured.pull_requests - measured.analysed} are pending, and nothing says why."
    if measured.seconds > measured.deadline + 2 * measured.call_seconds + 1:
        yield f"It took {measured.seconds:.1f} s, beyond its deadline of {measured.deadline:g} s."
    if measured.tier == "developer" and measured.analysed < measured.pull_requests:
        yield f"Only {measured.analysed} of {measured.pull_requests} are analysed."
