"""The monkey: a seed decides what goes wrong in a run, and when."""

import heapq
import itertools
import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from apps.operations.bench.chaos.fault import Fault, NotNow, Scene
from apps.operations.bench.chaos.faults_inside import INSIDE
from apps.operations.bench.chaos.faults_of_people import OF_PEOPLE
from apps.operations.bench.chaos.faults_outside import OUTSIDE
from apps.operations.bench.place import Database

logger = logging.getLogger(__name__)

FAULTS: tuple[Fault, ...] = (*INSIDE, *OF_PEOPLE, *OUTSIDE)
FEWEST, MOST = 3, 7  # faults of a run
SHORTEST, LONGEST = 0.05, 0.8  # seconds between two
GROUP_LIMIT = 2  # faults of one group in a run


@dataclass(frozen=True)
class Planned:
    after: float  #: seconds since the run began
    fault: Fault


def plan(rng: Random, database: Database) -> list[Planned]:
    """Choose a run's faults and their times; the same seed chooses the same."""
    possible = [fault for fault in FAULTS if fault.only in (None, database)]
    weights = [fault.weight for fault in possible]
    chosen: list[Planned] = []
    groups: Counter[str] = Counter()
    moment = 0.0
    for fault in rng.choices(possible, weights, k=rng.randint(FEWEST, MOST)):
        moment += rng.uniform(SHORTEST, LONGEST)
        if fault.group:
            groups[fault.group] += 1
            if groups[fault.group] > GROUP_LIMIT:
                continue
        chosen.append(Planned(moment, fault))
    return chosen


class Monkey:
    """Carries a plan out, a little at each `tick()`."""

    def __init__(self, planned: list[Planned], scene: Scene) -> None:
        self.scene = scene
        self.struck: list[Fault] = []  #: what has really happened
        self.calm_since = time.monotonic()  #: when the last act ended
        self._order = itertools.count()
        began = time.monotonic()
        self._to_come = [(began + each.after, each.fault) for each in planned]
        self._under_way: list[tuple[float, int, Fault, Iterator[float]]] = []

    @property
    def is_done(self) -> bool:
        return not self._to_come and not self._under_way

    def tick(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        while self._to_come and self._to_come[0][0] <= now:
            _, fault = self._to_come.pop(0)
            self._go_on(fault, fault.act(self.scene))
        while self._under_way and self._under_way[0][0] <= now:
            _, _, fault, act = heapq.heappop(self._under_way)
            self._go_on(fault, act)

    def lose_interest(self) -> None:
        """Forget what has not begun; what has begun goes on to its end."""
        self._to_come.clear()

    def _go_on(self, fault: Fault, act: Iterator[float]) -> None:
        try:
            seconds = next(act)
        except StopIteration:
            self.struck.append(fault)
            self.calm_since = time.monotonic()
            logger.info("chaos: %s", fault.name)
        except NotNow:
            logger.debug("chaos: nobody for: %s", fault.name)
        else:
            due = time.monotonic() + seconds
            heapq.heappush(self._under_way, (due, next(self._order), fault, act))
