"""One death: a team in the midst of a long step loses its worker, and is taken up again."""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from apps.operations.bench.chaos import lineage
from apps.operations.bench.chaos.house import House
from apps.operations.bench.chaos.travellers import Traveller, found, look, press
from apps.operations.bench.standstill import hold
from apps.pipeline.machine import ACTIVE, STEPS, Status
from apps.pipeline.models import PipelineTransition
from apps.sandbox.tally import fingerprint
from apps.teams.models import Team

LOOK = 0.005  # seconds between two looks; the accuracy of what is measured
PATIENCE = 180.0  # seconds until a team that is not taken up again is given up
#: Steps that take long enough to die in: they ask GitHub or the model.
LONG = (Status.SYNCING, Status.LLM_PROCESSING, Status.BACKGROUND_SYNCING, Status.BACKGROUND_LLM)


class NotTakenUp(Exception):
    """A team stays where it is; the message is a sentence."""


@dataclass(frozen=True)
class Holder:
    """The processes that hold a team's ticket."""

    main: int
    process: int
    ticket: int
    status: Status


def _kill_process(house: House, holder: Holder) -> None:
    house.signal(signal.SIGKILL, holder.process)


def _kill_worker(house: House, holder: Holder) -> None:
    house.signal(signal.SIGKILL, *_worker(holder))


def _tell_to_stop(house: House, holder: Holder) -> None:
    house.signal(signal.SIGTERM, holder.main)


def _silence(_house: House, holder: Holder) -> None:
    hold(_worker(holder))


def _worker(holder: Holder) -> list[int]:
    """The main process first: what still stands must not react to what has fallen."""
    return [holder.main, *lineage.below(holder.main)]


@dataclass(frozen=True)
class Way:
    """A way to die: what is done to the holder's processes."""

    name: str
    strike: Callable[[House, Holder], None]
    #: Teams that run meanwhile: a wait of a minute is better measured in parallel. More than one
    #: only where a whole worker stands still, since it is looked up afterwards whom it held.
    at_once: int = 1


WAYS = (
    Way("its pool process is killed", _kill_process),
    Way("its whole worker is killed", _kill_worker),
    Way("its worker is told to stop", _tell_to_stop),
    Way("its worker falls silent, as a machine does", _silence, at_once=3),
)


@dataclass(frozen=True)
class Strike:
    """When a worker was struck, and who held which team's ticket by it."""

    moment: float
    holders: dict[int, Holder]  #: by team


@dataclass(frozen=True)
class Death:
    way: str
    status: str
    seconds: float  #: from the strike until another process has taken the step
    asked_again: float  #: requests to GitHub beyond an undisturbed run's
    paid_again: float  #: answers of the model beyond an undisturbed run's


def die(house: House, way: Way, names: list[str], rng: Random, *, usual: "Usual") -> list[Death]:
    """
    Let teams run, strike the worker of the first once, and see them all through to their end.

    :return: a death for each team that the struck worker held.
    :raises NotTakenUp: if nobody goes on with one of them.
    """
    clear(house)
    travellers = [found(house, name) for name in names]
    for traveller in travellers:
        press(traveller, "start")
    strike = _strike(house, way, travellers, rng)
    taken_up: dict[int, float] = {}
    _wait(house, lambda: _all_taken_up(strike, taken_up), f"{way.name}: nobody goes on")
    house.wake()
    arrive(house, travellers)
    paid_again = max(house.sandbox.groq.stats()["answered"] - usual.answers * len(names), 0)
    return [
        Death(
            way=way.name,
            status=strike.holders[each.team_id].status,
            seconds=taken_up[each.team_id] - strike.moment,
            asked_again=max(requests_of(house, each) - usual.requests, 0),
            paid_again=paid_again / len(strike.holders),
        )
        for each in travellers
        if each.team_id in strike.holders
    ]


@dataclass(frozen=True)
class Usual:
    """What an undisturbed run of one team asks."""

    requests: int
    answers: int


def undisturbed(house: House) -> tuple[Usual, int]:
    """Let a team run in peace: what it asked, and how often recovery touched it."""
    clear(house)
    traveller = found(house, "undisturbed")
    press(traveller, "start")
    arrive(house, [traveller])
    recovered = PipelineTransition.objects.filter(team=traveller.team_id, verb="send_again").count()
    answers = house.sandbox.groq.stats()["answered"]
    return Usual(requests_of(house, traveller), answers), recovered


def arrive(house: House, travellers: list[Traveller]) -> None:
    def all_there() -> bool:
        look(travellers)
        return all(traveller.is_there for traveller in travellers)

    _wait(house, all_there, "a team does not arrive")


def clear(house: House) -> None:
    house.sandbox.github.change({"clear": True})
    house.sandbox.groq.change({"clear": True})


def requests_of(house: House, traveller: Traveller) -> int:
    asked = house.sandbox.github.stats()["repeats"].get(fingerprint(traveller.token))
    return asked["requests"] if asked else 0


def _strike(house: House, way: Way, travellers: Sequence[Traveller], rng: Random) -> Strike:
    """Wait until the first team is in a long step, and strike its worker after a moment."""
    first, status = travellers[0], rng.choice(LONG)
    while True:
        holder = _held_at(house, first, status)
        time.sleep(rng.uniform(0.0, 0.3))
        if holder_of(first) != holder:
            continue  # another ticket by now, or other hands
        way.strike(house, holder)
        moment = time.monotonic()
        if way.at_once == 1:
            return Strike(moment, {first.team_id: holder})
        held = {each.team_id: holder_of(each) for each in travellers}
        struck = {team: by for team, by in held.items() if by and by.main == holder.main}
        if struck:
            return Strike(moment, struck)
        house.wake()  # its last tickets were over just before it stood still


def _held_at(house: House, traveller: Traveller, status: Status) -> Holder:
    """Wait until somebody holds the team at that status, or a later one."""
    holders: list[Holder] = []

    def is_held() -> bool:
        holder = holder_of(traveller)
        if holder is not None and _is_at_least(holder.status, status):
            holders.append(holder)
        return bool(holders)

    _wait(house, is_held, f"{traveller.name} is not at {status}")
    return holders[0]


def holder_of(traveller: Traveller) -> Holder | None:
    """Who has the team's ticket; None while nobody has."""
    team = Team.objects.get(pk=traveller.team_id)
    words = team.pipeline_worker.split()
    active = team.onboarding_pipeline_status in ACTIVE
    if not active or team.pipeline_claimed < team.pipeline_ticket or len(words) != 3:
        return None
    main, process = (int(word.partition(".")[0]) for word in words[1:])
    return Holder(main, process, team.pipeline_ticket, Status(team.onboarding_pipeline_status))


def _is_at_least(status: Status, wanted: Status) -> bool:
    order = list(STEPS)
    return order.index(status) >= order.index(wanted)


def _all_taken_up(strike: Strike, taken_up: dict[int, float]) -> bool:
    """Note the moment of each ticket above the struck one that has been taken."""
    claimed = Team.objects.filter(pk__in=strike.holders).values_list("pk", "pipeline_claimed")
    for team_id, ticket in claimed:
        if ticket > strike.holders[team_id].ticket:
            taken_up.setdefault(team_id, time.monotonic())
    return len(taken_up) == len(strike.holders)


def _wait(house: House, condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise NotTakenUp(what)
        house.tend()
        time.sleep(LOOK)
