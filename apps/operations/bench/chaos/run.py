"""One run of chaos: teams set out, the monkey strikes, and what they leave behind is collected."""

import time
from contextlib import suppress
from datetime import timedelta
from random import Random

from django.db import DatabaseError
from django.utils import timezone

from apps.notifications.deliver import IN_DOUBT, deliver_due
from apps.notifications.models import Notification
from apps.operations.bench.chaos.evidence import ClaimLog, Evidence, collect
from apps.operations.bench.chaos.fault import Scene
from apps.operations.bench.chaos.faults_of_people import CROWD, press_at_once
from apps.operations.bench.chaos.house import House
from apps.operations.bench.chaos.monkey import Monkey, Planned
from apps.operations.bench.chaos.travellers import Busy, Traveller, found, ids, look, press

PATIENCE = 120.0  # seconds until a run that has not ended is called broken
FORGOTTEN = 20.0  # seconds without any sign of an active team, long after the last fault
SHARE_OF_CROWDS = 0.2  # of teams that are started by many people at once
ROUNDS = 20  # of delivering mail, each as if hours had passed
LOOK = 0.03  # seconds between two looks
HOURS = timedelta(hours=2)


class Broken(Exception):
    """A run does not come to its end; the message says who is where."""


def go(
    house: House,
    name: str,
    planned: list[Planned],
    rng: Random,
    claims: ClaimLog,
    *,
    teams: int,
) -> Evidence:
    """
    Let some teams run under the planned faults, and collect what they leave behind.

    :raises Broken: if a team does not arrive.
    """
    _forget_last_run(house)
    travellers = [found(house, f"{name}-{number}") for number in range(teams)]
    monkey = Monkey(planned, Scene(house, travellers, rng))
    for traveller in travellers:
        if planned and rng.random() < SHARE_OF_CROWDS:
            press_at_once(traveller)
            monkey.struck.append(CROWD)
        _start(traveller)
    _see_through(house, travellers, monkey)
    house.heal()
    _deliver_all(house, travellers)
    house.until(lambda: _is_settled(house), seconds=10)
    return collect(house, travellers, claims, monkey.struck)


def _see_through(house: House, travellers: list[Traveller], monkey: Monkey) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        house.tend()
        monkey.tick()
        look(travellers)
        if all(traveller.is_there for traveller in travellers):
            monkey.lose_interest()
            if monkey.is_done:
                return
        now = time.monotonic()
        forgotten = [each.name for each in travellers if each.untouched > FORGOTTEN]
        if monkey.is_done and now - monkey.calm_since > FORGOTTEN and forgotten:
            raise Broken(
                f"{', '.join(forgotten)}: nobody has touched the row for {FORGOTTEN:.0f} s"
            )
        if now > deadline:
            raise Broken("; ".join(f"{each.name} is at {each.status}" for each in travellers))
        time.sleep(LOOK)


def _start(traveller: Traveller) -> None:
    while True:
        try:
            press(traveller, "start")
        except Busy:
            time.sleep(0.1)
        else:
            return


def _deliver_all(house: House, travellers: list[Traveller]) -> None:
    """Let hours pass for the mails: the workers' own rounds come once a minute."""
    for hours in range(1, ROUNDS + 1):
        if not _undelivered(travellers):
            return
        house.tend()
        with suppress(DatabaseError):
            deliver_due(now=timezone.now() + IN_DOUBT + hours * HOURS)
        time.sleep(0.1)


def _undelivered(travellers: list[Traveller]) -> bool:
    states = (Notification.State.PENDING, Notification.State.SENDING)
    rows = Notification.objects.filter(team__in=ids(travellers), state__in=states)
    return rows.exclude(state=Notification.State.SENDING, error__gt="").exists()


def _is_settled(house: House) -> bool:
    """Whether both workers stand again, after whatever the last fault was."""
    return all(house.main_process(worker) is not None for worker in house.workers)


def _forget_last_run(house: House) -> None:
    house.heal()
    for control in (house.sandbox.github, house.sandbox.groq, house.mail.control):
        control.change({"clear": True})
    house.mail.received.clear()
