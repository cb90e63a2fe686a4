"""One death: a team in the midst of a long step loses its worker, and is taken up again."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from apps.operations.bench.chaos.house import House
from apps.operations.bench.chaos.travellers import Traveller, found, look, press
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


@dataclass(frozen=True)
class Way:
    """A way to die: what is done to the holder's processes."""

    name: str
    strike: Callable[[House, Holder], None]
    at_once: int = 1  #: teams that die together: a wait of a minute is better measured in parallel


@dataclass(frozen=True)
class Death:
    way: str
    status: str
    seconds: float  #: from the strike until another process has taken the step
    asked_again: float  #: requests to GitHub beyond an undisturbed run's
    paid_again: float  #: answers of the model beyond an undisturbed run's


def _signal(house: House, number: signal.Signals, *pids: int) -> None:
    house.signal(number, *pids)


def _kill_worker(house: House, holder: Holder) -> None:
    _signal(house, signal.SIGKILL, holder.main, holder.process)


WAYS = (
    Way("its pool process is killed", lambda h, who: _signal(h, signal.SIGKILL, who.process)),
    Way("its whole worker is killed", _kill_worker),
    Way("its worker is told to stop", lambda h, who: _signal(h, signal.SIGTERM, who.main)),
    Way(
        "its process falls silent, as on another machine",
        lambda h, who: _signal(h, signal.SIGSTOP, who.process),
        at_once=3,
    ),
)


def die(house: House, way: Way, names: list[str], rng: Random, *, usual: "Usual") -> list[Death]:
    """
    Let one team for each name lose its worker once, and see them through to their end.

    :raises NotTakenUp: if nobody goes on with one of them.
    """
    clear(house)
    travellers = [found(house, name) for name in names]
    for traveller in travellers:
        press(traveller, "start")
    struck = {each.team_id: _strike(house, way, each, rng) for each in travellers}
    taken_up = {each.team_id: 0.0 for each in travellers}
    _wait(house, lambda: _all_taken_up(struck, taken_up), f"{way.name}: nobody goes on")
    house.wake()
    arrive(house, travellers)
    paid_again = max(house.sandbox.groq.stats()["answered"] - usual.answers * len(names), 0)
    return [
        Death(
            way=way.name,
            status=struck[each.team_id][1].status,
            seconds=taken_up[each.team_id] - struck[each.team_id][0],
            asked_again=max(requests_of(house, each) - usual.requests, 0),
            paid_again=paid_again / len(names),
        )
        for each in travellers
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


def _strike(house: House, way: Way, traveller: Traveller, rng: Random) -> tuple[float, Holder]:
    """Wait until the team is in a long step, strike after a moment, and tell when."""
    status = rng.choice(LONG)
    holders: list[Holder] = []

    def is_held() -> bool:
        holder = holder_of(traveller)
        if holder is not None and _is_at_least(holder.status, status):
            holders.append(holder)
        return bool(holders)

    while True:
        holders.clear()
        _wait(house, is_held, f"{traveller.name} is not at {status}")
        time.sleep(rng.uniform(0.0, 0.3))
        if holder_of(traveller) == holders[0]:  # still the same ticket, in the same hands
            way.strike(house, holders[0])
            return time.monotonic(), holders[0]


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


def _all_taken_up(struck: dict[int, tuple[float, Holder]], taken_up: dict[int, float]) -> bool:
    """Note the moment of each ticket above the struck one that has been taken."""
    for team_id, claimed in Team.objects.filter(pk__in=struck).values_list(
        "pk", "pipeline_claimed"
    ):
        if claimed > struck[team_id][1].ticket and not taken_up[team_id]:
            taken_up[team_id] = time.monotonic()
    return all(taken_up.values())


def _wait(house: House, condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise NotTakenUp(what)
        house.tend()
        time.sleep(LOOK)
