"""What a fault is: a name, an act in one or two halves, and what it may lead to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from apps.operations.bench.chaos.house import House
from apps.operations.bench.chaos.travellers import Traveller
from apps.operations.bench.place import Database

#: Acts; each value that it yields is a number of seconds until it goes on (and ends itself).
Act = Callable[["Scene"], Iterator[float]]


class NotNow(Exception):
    """The fault cannot happen at this moment: there is nobody whom it could strike."""


@dataclass(frozen=True)
class Scene:
    """What a fault may touch, and its dice."""

    house: House
    travellers: list[Traveller]
    rng: Random

    def seconds(self, least: float, most: float) -> float:
        return self.rng.uniform(least, most)

    def somebody(self) -> Traveller:
        return self.rng.choice(self.travellers)


@dataclass(frozen=True)
class Fault:
    """
    One row of the table of faults.

    :param explains: reasons of recovery (`apps.pipeline.recovery`) that this fault may lead to; a
        recovery that no fault of its run explains has struck a healthy step.
    """

    name: str
    act: Act
    explains: frozenset[str] = frozenset()
    weight: float = 1.0
    only: Database | None = None
    group: str = ""  #: of a group, at most two happen in a run (see `monkey.plan`)
