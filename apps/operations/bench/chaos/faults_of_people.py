"""Faults that people and other code make: buttons, stale copies, messages and sweeps too many."""

import threading
from collections.abc import Iterator
from contextlib import suppress

from django.db import DatabaseError, close_old_connections, connection

from apps.operations.bench.chaos.fault import Fault, NotNow, Scene
from apps.operations.bench.chaos.travellers import Busy, Traveller, press
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.receivers import publish
from apps.pipeline.recovery import recover
from apps.teams.models import Team

AT_ONCE = 4  # sweeps
PEOPLE = 50  # who press start


def pause_and_resume(scene: Scene) -> Iterator[float]:
    traveller = scene.somebody()
    _press_now(traveller, "pause")
    yield scene.seconds(0.3, 2)
    yield from _press_until_done(traveller, "resume")


def cancel(scene: Scene) -> Iterator[float]:
    """Cancel; whoever reads “failed” presses retry, as for any other failure."""
    _press_now(scene.somebody(), "cancel")
    yield 0


def restart(scene: Scene) -> Iterator[float]:
    """Begin a new run in the midst of one."""
    traveller = scene.somebody()
    if traveller.status not in ACTIVE:
        raise NotNow
    _press_now(traveller, "restart")
    yield 0


def save_stale_copy(scene: Scene) -> Iterator[float]:
    """A view that loaded the team long ago changes its name."""
    team = _team(scene.somebody())
    yield scene.seconds(0.3, 3)
    team.time_zone = "UTC"
    with suppress(DatabaseError):
        team.save()


def deliver_again(scene: Scene) -> Iterator[float]:
    """The message of the current ticket comes two to five times."""
    team = _team(scene.somebody())
    if team.onboarding_pipeline_status not in ACTIVE:
        raise NotNow
    status = Status(team.onboarding_pipeline_status)
    for _ in range(scene.rng.randint(2, 5)):
        publish(team.pk, ticket=team.pipeline_ticket, status=status)
    yield 0


def deliver_old_ones(scene: Scene) -> Iterator[float]:
    """Messages of tickets that were replaced long ago come again."""
    team = _team(scene.somebody())
    log = PipelineTransition.objects.filter(team=team.pk, target__in=ACTIVE).order_by("ticket")
    for entry in log[:5]:
        publish(team.pk, ticket=entry.ticket, status=Status(entry.target))
    yield 0


def start_at_once(scene: Scene) -> Iterator[float]:
    """Many people press start, of a team that has long begun."""
    press_at_once(scene.somebody())
    yield 0


def press_at_once(traveller: Traveller) -> None:
    """Press start in many threads at the same moment."""
    gate = threading.Barrier(PEOPLE)
    threads = [threading.Thread(target=_press_start, args=(traveller, gate)) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _press_start(traveller: Traveller, gate: threading.Barrier) -> None:
    try:
        gate.wait(timeout=10)
        with suppress(Busy):
            press(traveller, "start")
    finally:
        connection.close()


def sweep_at_once(scene: Scene) -> Iterator[float]:
    """Several sweeps at the same moment, in the midst of healthy steps."""
    gate = threading.Barrier(AT_ONCE)
    threads = [threading.Thread(target=_sweep, args=(gate,)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        yield 0.05


def _sweep(gate: threading.Barrier) -> None:
    try:
        gate.wait(timeout=10)
        with suppress(DatabaseError):
            recover(actor="chaos")
    finally:
        connection.close()


def _press_now(traveller: Traveller, verb: str) -> None:
    try:
        pressed = press(traveller, verb)
    except Busy as exc:
        raise NotNow from exc
    if not pressed:
        raise NotNow


def _press_until_done(traveller: Traveller, verb: str) -> Iterator[float]:
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


#: Also how some runs begin (see `run.go`).
CROWD = Fault(f"started {PEOPLE} times at once", start_at_once, weight=0.5)

OF_PEOPLE = (
    CROWD,
    Fault("paused, and resumed", pause_and_resume),
    Fault("cancelled, and retried", cancel),
    Fault("restarted in the midst of a run", restart, weight=0.5),
    Fault("a stale copy is saved", save_stale_copy),
    Fault("a message comes two to five times", deliver_again),
    Fault("old messages come again", deliver_old_ones),
    Fault(f"{AT_ONCE} sweeps at once", sweep_at_once),
)
