"""One run of chaos: teams set out, the monkey strikes, and what they leave behind is collected."""

import time
from contextlib import suppress
from datetime import timedelta
from random import Random

import redis
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import QuerySet
from django.utils import timezone

from apps.notifications.deliver import deliver_due
from apps.notifications.ledger import IN_DOUBT
from apps.notifications.models import Notification
from apps.operations.bench.chaos.evidence import (
    ClaimLog,
    Evidence,
    Rest,
    came_true,
    collect,
    rest_of,
)
from apps.operations.bench.chaos.fault import Scene
from apps.operations.bench.chaos.faults_of_people import CROWD, MANY, press_at_once
from apps.operations.bench.chaos.faults_of_the_machine import fault_of
from apps.operations.bench.chaos.house import OUTSIDE, House
from apps.operations.bench.chaos.monkey import Monkey, Planned
from apps.operations.bench.chaos.story import faults, log_of
from apps.operations.bench.chaos.travellers import Busy, Traveller, found, ids, look, press
from apps.pipeline.clock import database_now
from apps.pipeline.models import PipelineTransition

PATIENCE = 120.0  # seconds until a run that has not ended is called broken
FORGOTTEN = 20.0  # seconds without any sign of an active team, long after the last fault
SHARE_OF_CROWDS = 0.2  # of teams that are started by many people at once
SETTLING = 15.0  # seconds in which workers that were just struck stand again
ONE_SEND = 3  # times EMAIL_TIMEOUT: the longest that one message takes
ROUNDS = 20  # of delivering mail, each as if hours had passed
LOOK = 0.03  # seconds between two looks
HOURS = timedelta(hours=2)


class Broken(Exception):
    """A run does not come to its end; the message says who is where, its notes how that came."""


def go(
    house: House,
    name: str,
    planned: list[Planned],
    rng: Random,
    claims: ClaimLog,
    *,
    teams: int,
    rest: Rest | None,
) -> Evidence:
    """
    Let some teams run under the planned faults, and collect what they leave behind.

    :param rest: what the house should hold in the end; it is given some seconds to come to that.
    :raises Broken: if a team does not arrive.
    """
    _forget_last_run(house)
    travellers = [found(house, f"{name}-{number}") for number in range(teams)]
    monkey = Monkey(planned, Scene(house, travellers, rng))
    set_out(travellers, monkey, rng if planned else None)
    try:
        _see_to_the_end(house, travellers, monkey)
    except Broken as exc:
        _tell_story(exc, travellers, monkey)
        raise
    house.until(lambda: _is_settled(house, rest), seconds=SETTLING)
    house.until(lambda: not house.pulse.is_missed(), seconds=SETTLING)
    note_stillness(house, monkey)
    return collect(house, travellers, claims, came_true(house, monkey.struck))


def set_out(travellers: list[Traveller], monkey: Monkey, crowds: Random | None) -> None:
    """Press start; of some teams, if there are crowds, many people do."""
    for traveller in travellers:
        if crowds and crowds.random() < SHARE_OF_CROWDS:
            began = time.time()
            if press_at_once(traveller) >= MANY:
                monkey.note(CROWD, began=began)
        _start(traveller)


def _see_through(house: House, travellers: list[Traveller], monkey: Monkey) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        house.tend()
        monkey.tick()
        look(travellers)
        is_missed = house.pulse.is_missed()
        note_stillness(house, monkey)
        calm = 0.0 if is_missed else monkey.calm_for()
        for each in travellers:
            each.longest_silence = max(each.longest_silence, min(each.untouched, calm))
        if all(traveller.is_there for traveller in travellers):
            monkey.lose_interest()
            if monkey.is_done:
                return
        forgotten = [each.name for each in travellers if each.untouched > FORGOTTEN]
        if monkey.is_done and calm > FORGOTTEN and forgotten:
            raise Broken(
                f"{', '.join(forgotten)}: nobody has touched the row for {FORGOTTEN:.0f} s"
            )
        if time.monotonic() > deadline:
            raise Broken("; ".join(f"{each.name} is at {each.status}" for each in travellers))
        time.sleep(LOOK)


def _see_to_the_end(house: House, travellers: list[Traveller], monkey: Monkey) -> None:
    _see_through(house, travellers, monkey)
    house.heal()
    if not house.until(_database_answers, seconds=PATIENCE):
        raise Broken("the database does not come back")
    _deliver_all(house, travellers)


def note_stillness(house: House, monkey: Monkey) -> None:
    """Count the times in which the machine has stood still, or hardly moved."""
    for stillness in house.pulse.fresh():
        monkey.note(fault_of(stillness), began=stillness.began, ended=stillness.ended)


def _tell_story(exc: Broken, travellers: list[Traveller], monkey: Monkey) -> None:
    for line in faults(monkey.struck):
        exc.add_note(line)
    with suppress(DatabaseError):
        for each in travellers:
            log = PipelineTransition.objects.filter(team=each.team_id).order_by("ticket")
            for line in log_of(each.name, log):
                exc.add_note(line)


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
        _let_sends_end(house, travellers)
        if not _undelivered(travellers).exists():
            return
        house.tend()
        with suppress(DatabaseError):
            deliver_due(now=timezone.now() + IN_DOUBT + hours * HOURS)
        time.sleep(0.1)


def _let_sends_end(house: House, travellers: list[Traveller]) -> None:
    """
    Wait while a worker may have a message in hand, before its row is made to look hours old.

    A row that stays claimed for longer than a message can take was left by a process that died.
    """
    claimed: set[tuple[int, int]] = set()
    since = time.monotonic()

    def nobody_sends() -> bool:
        nonlocal claimed, since
        rows = _undelivered(travellers).filter(state=Notification.State.SENDING)
        now = set(rows.values_list("pk", "attempts"))
        if now != claimed:
            claimed, since = now, time.monotonic()
        return not now or time.monotonic() - since > ONE_SEND * settings.EMAIL_TIMEOUT

    if not house.until(nobody_sends, seconds=PATIENCE):
        raise Broken("the workers do not come to an end with their mails")


def _undelivered(travellers: list[Traveller]) -> QuerySet[Notification]:
    """Without those of which nobody can know whether they have arrived."""
    states = (Notification.State.PENDING, Notification.State.SENDING)
    rows = Notification.objects.filter(team__in=ids(travellers), state__in=states)
    return rows.exclude(state=Notification.State.SENDING, error__gt="")


def _database_answers() -> bool:
    try:
        database_now()
    except DatabaseError:
        close_old_connections()
        return False
    return True


def _is_settled(house: House, rest: Rest | None) -> bool:
    """Whether both workers stand again, after whatever the last fault was, and all others went."""
    try:
        here = rest_of(house)
    except (DatabaseError, redis.RedisError):
        close_old_connections()
        return False
    is_tidy = rest is None or all(n <= most for n, most in zip(here, rest, strict=True))
    return house.has_pools() and is_tidy


def _forget_last_run(house: House) -> None:
    house.heal()
    house.pulse.fresh()
    for server in OUTSIDE:
        house.control(server).change({"clear": True})
    house.mail.received.clear()
    github = house.sandbox.github
    github.change({"remaining": github.budget})  # an hour's points do not last for 200 runs
