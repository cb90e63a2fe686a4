"""What a fault is: a name, an act in one or two halves, and what it may lead to."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from random import Random
from typing import Any

from apps.operations.bench.chaos.house import House
from apps.operations.bench.chaos.travellers import Traveller
from apps.operations.bench.place import Database

#: What an act yields are seconds until it goes on. It may return the moment at which it struck, by
#: the clock of the wall, where that is not its beginning.
Doing = Generator[float, None, Any]
Act = Callable[["Scene"], Doing]


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

    def all_there(self) -> bool:
        return all(traveller.is_there for traveller in self.travellers)


@dataclass(frozen=True)
class Fault:
    """
    One row of the table of faults.

    :param explains: reasons of recovery (`apps.pipeline.recovery`) that this fault may lead to; a
        recovery that no fault of its run explains has struck a healthy step.
    :param drawn: a server of the sandbox, and what it counts when the fault comes true: a script
        that nobody has asked for has struck nobody.
    """

    name: str
    act: Act
    explains: frozenset[str] = frozenset()
    weight: float = 1.0
    only: Database | None = None
    group: str = ""  #: of a group, at most two happen in a run (see `monkey.plan`)
    drawn: tuple[str, str] | None = None


@dataclass(frozen=True)
class Strike:
    """A fault that has really happened; both moments by the clock of the wall."""

    fault: Fault
    began: float
    ended: float
