"""What the two ways of reading the same pull requests cost."""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.operations.bench.sync.bound import Bound

FASTER_GOAL = 6.0  # times the walk's speed
FASTER_AT = 500  # pull requests, the size of that goal
BOUND_GOAL = 1.5  # times the lower bound
STATEMENTS_GOAL = 12  # of a batch
MEMORY_GOAL = 150.0  # MB of growth, for 10,000 pull requests


@dataclass(frozen=True)
class Cost:
    """One way through one size."""

    seconds: float
    requests: int
    points: int
    peak: int  #: requests at once
    postponed: int  #: how often GitHub wanted a longer pause
    statements: int
    of_a_batch: float  #: statements of a transaction with pull requests, in the middle
    of_the_largest: int


@dataclass(frozen=True)
class Comparison:
    """The walk and the sync over the same pull requests, in the same run of the stand-in."""

    wanted: int  #: the size that was asked for
    counts: dict[str, int]  #: repository → pull requests in the window
    days: int
    walk: Cost
    ours: Cost
    bound: Bound

    @property
    def faster(self) -> float:
        return self.walk.seconds / self.ours.seconds

    @property
    def above_bound(self) -> float:
        return self.ours.seconds / self.bound.seconds


@dataclass(frozen=True)
class Giant:
    """A large repository alone, by a process of its own."""

    counts: dict[str, int]
    days: int
    ours: Cost
    before: float  #: MB of memory that the process held
    after: float
    highest: float

    @property
    def per_second(self) -> float:
        return sum(self.counts.values()) / self.ours.seconds

    @property
    def growth(self) -> float:
        return self.highest - self.before


@dataclass(frozen=True)
class Goal:
    """A limit, and whether it was kept."""

    what: str
    limit: float
    measured: float
    met: bool


def goals(measured: Comparison) -> Iterator[Goal]:
    size = f"{measured.wanted} pull requests"
    if measured.wanted == FASTER_AT:
        faster = measured.faster
        yield Goal(f"{size}, × the walk, at least", FASTER_GOAL, faster, faster >= FASTER_GOAL)
    above = measured.above_bound
    yield Goal(f"{size}, × the lower bound, at most", BOUND_GOAL, above, above <= BOUND_GOAL)
    yield _statements(size, measured.ours)


def goals_of_giant(measured: Giant) -> Iterator[Goal]:
    yield _statements("the giant", measured.ours)
    growth = measured.growth
    yield Goal("the giant, MB of growth, below", MEMORY_GOAL, growth, growth < MEMORY_GOAL)


def _statements(size: str, cost: Cost) -> Goal:
    most = cost.of_the_largest
    what = f"{size}, statements of a batch, at most"
    return Goal(what, STATEMENTS_GOAL, most, most <= STATEMENTS_GOAL)
