"""Faults that people and other code make: buttons, stale copies, messages and sweeps too many."""

import threading
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections, connection

from apps.operations.bench.chaos.fault import Doing, Fault, NotNow, Scene
from apps.operations.bench.chaos.travellers import Busy, Traveller, press
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.receivers import publish
from apps.pipeline.recovery import recover
from apps.teams.models import Team

AT_ONCE = 4  # sweeps
PEOPLE = 50  # who press start
MANY = 2  # at least, of what happens at once


def pause_and_resume(scene: Scene) -> Doing:
    traveller = scene.somebody()
    _press_now(traveller, "pause")
    yield scene.seconds(0.3, 2)
    yield from _press_until_done(traveller, "resume")


def cancel(scene: Scene) -> Doing:
    """Cancel; whoever reads “failed” presses retry, as for any other failure."""
    _press_now(scene.somebody(), "cancel")
    yield 0


def restart(scene: Scene) -> Doing:
    """Begin a new run in the midst of one."""
    traveller = scene.somebody()
    if traveller.status not in ACTIVE:
        raise NotNow
    _press_now(traveller, "restart")
    yield 0


def refresh(scene: Scene) -> Doing:
    """Somebody has a team updated whose history has just become complete."""
    traveller = scene.somebody()
    while not traveller.is_there:
        yield 0.2
    _press_now(traveller, "refresh")
    yield 0


def save_stale_copy(scene: Scene) -> Doing:
    """A view that loaded the team long ago saves it with another time zone."""
    team = _team(scene.somebody())
    yield scene.seconds(0.3, 3)
    team.time_zone = "UTC"
    try:
        team.save()
    except DatabaseError as exc:
        close_old_connections()
        raise NotNow from exc


def deliver_again(scene: Scene) -> Doing:
    """The message of the current ticket comes two to five times."""
    team = _team(scene.somebody())
    if team.onboarding_pipeline_status not in ACTIVE:
        raise NotNow
    status = Status(team.onboarding_pipeline_status)
    for _ in range(scene.rng.randint(2, 5)):
        publish(team.pk, ticket=team.pipeline_ticket, status=status)
    yield 0


def deliver_old_ones(scene: Scene) -> Doing:
    """Messages of tickets that were replaced long ago come again."""
    team = _team(scene.somebody())
    log = PipelineTransition.objects.filter(
        team=team.pk, target__in=ACTIVE, ticket__lt=team.pipeline_ticket
    )
    try:
        old_ones = list(log.order_by("ticket")[:5])
    except DatabaseError as exc:
        close_old_connections()
        raise NotNow from exc
    if not old_ones:
        raise NotNow
    for entry in old_ones:
        publish(team.pk, ticket=entry.ticket, status=Status(entry.target))
    yield 0


def start_at_once(scene: Scene) -> Doing:
    """Many people press start, of a team that has long begun."""
    if press_at_once(scene.somebody()) < MANY:
        raise NotNow
    yield 0


def press_at_once(traveller: Traveller) -> int:
    """Press start in many threads at the same moment; how many were heard."""
    return _at_once(PEOPLE, lambda: press(traveller, "start"))


def sweep_at_once(scene: Scene) -> Doing:
    """Several sweeps at the same moment, in the midst of healthy steps."""
    heard: list[int] = []
    sweeps = threading.Thread(
        target=lambda: heard.append(_at_once(AT_ONCE, lambda: recover(actor="chaos")))
    )
    sweeps.start()
    while sweeps.is_alive():
        yield 0.05
    if heard[0] < MANY:
        raise NotNow


def _at_once(threads: int, call: Callable[[], object]) -> int:
    """Call in so many threads at the same moment; how many times the database let it through."""
    gate = threading.Barrier(threads)
    heard: list[bool] = []

    def go() -> None:
        try:
            gate.wait(timeout=10)
            call()
            heard.append(True)
        except (Busy, DatabaseError, threading.BrokenBarrierError):
            pass  # it did not happen, and is not counted
        finally:
            connection.close()

    started = [threading.Thread(target=go) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return len(heard)


def _press_now(traveller: Traveller, verb: str) -> None:
    try:
        pressed = press(traveller, verb)
    except Busy as exc:
        raise NotNow from exc
    if not pressed:
        raise NotNow


def _press_until_done(traveller: Traveller, verb: str) -> Doing:
    while True:
        try:
            press(traveller, verb)
        except Busy:
            yield 0.2
        else:
            return


def _team(traveller: Traveller) -> Team:
    try:
        return Team.objects.get(pk=traveller.team_id)
    except DatabaseError as exc:
        close_old_connections()
        raise NotNow from exc


#: Also how some runs begin (see `run.set_out`).
CROWD = Fault(f"started {PEOPLE} times at once", start_at_once, weight=0.5)

OF_PEOPLE = (
    CROWD,
    Fault("paused, and resumed", pause_and_resume),
    Fault("cancelled, and retried", cancel),
    Fault("restarted in the midst of a run", restart, weight=0.5),
    Fault("updated once it is complete", refresh, weight=0.5),
    Fault("a stale copy is saved", save_stale_copy),
    Fault("a message comes two to five times", deliver_again),
    Fault("old messages come again", deliver_old_ones),
    Fault(f"{AT_ONCE} sweeps at once", sweep_at_once),
)
