"""Several processes at one row at the same moment: one of them wins, the others do no harm."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from celery import Task
from django.db import connection

from apps.pipeline import recovery
from apps.pipeline.claims import TicketLost, take
from apps.pipeline.machine import FIRST, STEPS, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.pipeline.recovery import recover
from apps.pipeline.rows import rows
from apps.pipeline.tasks import recover as beat
from apps.teams.models import Team
from tests.claims import claim
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 30  # seconds until a race in which somebody hangs has failed
LOSING = (MoveRefused, StaleTicket, TicketLost)
Age = Callable[..., None]


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call returned, or raised if that is a way to lose; they begin together."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            return call()
        except LOSING as lost:
            return lost
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """(team, ticket) of every message that the broker gets."""
    messages: list[tuple[int, int]] = []

    def publish(_task: Task, *, kwargs: dict[str, int], **_options: Any) -> None:
        messages.append((kwargs["team_id"], kwargs["ticket"]))

    monkeypatch.setattr(Task, "apply_async", publish)
    return messages


@pytest.fixture
def meet_before_the_lock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`meet_before_the_lock(4)`: four recoveries have all found the row silent before one locks."""

    def let_meet(number: int) -> None:
        meeting, real = threading.Barrier(number), recovery._recover_row

        def recover_row(*args: Any, **options: Any) -> object:
            meeting.wait(PATIENCE)
            return real(*args, **options)

        monkeypatch.setattr(recovery, "_recover_row", recover_row)

    return let_meet


def verbs(team: Team) -> list[str]:
    """The team's log, after a look at whether it is dense, chained, and ends where the row is."""
    log = list(PipelineTransition.objects.filter(team=team).order_by("ticket"))
    row = Team.objects.get(pk=team.pk)
    assert [entry.ticket for entry in log] == list(range(1, row.pipeline_ticket + 1))
    places = [Status.NOT_STARTED, *(entry.target for entry in log)]
    assert [entry.source for entry in log] == places[:-1]
    assert row.onboarding_pipeline_status == places[-1]
    return [entry.verb for entry in log]


def started() -> Team:
    return move(TeamFactory().pk, "start", actor="person")


def test_fifty_starts_begin_one_run(sent: list[tuple[int, int]]):
    team = TeamFactory()

    outcomes = at_once(*[lambda: move(team.pk, "start", actor="person")] * 50)

    assert sum(isinstance(outcome, MoveRefused) for outcome in outcomes) == 49
    assert verbs(team) == ["start"]
    assert sent == [(team.pk, 1)]
    assert Team.objects.get(pk=team.pk).pipeline_run == 1


def test_four_recoveries_of_one_row_mint_one_ticket(
    sent: list[tuple[int, int]], age: Age, meet_before_the_lock: Callable[[int], None]
):
    team = started()
    age(team, 3600, "pipeline_changed_at", "pipeline_waiting_since")
    meet_before_the_lock(4)

    found = at_once(*[recover] * 4)

    assert sorted(map(len, found)) == [0, 0, 0, 1]
    assert verbs(team) == ["start", "send_again"]
    assert sent == [(team.pk, 1), (team.pk, 2)]


def test_one_of_four_workers_takes_a_ticket(sent: list[tuple[int, int]]):
    team = started()

    claims = at_once(*[lambda: take(team_id=team.pk, ticket=1, status=FIRST)] * 4)

    assert sum(found is not None for found in claims) == 1
    assert Team.objects.get(pk=team.pk).pipeline_attempts == 1


@pytest.mark.parametrize("race", range(5))
def test_a_cancel_and_the_workers_advance_come_one_after_the_other(
    race: int, sent: list[tuple[int, int]]
):
    team = started()
    take(team_id=team.pk, ticket=1, status=FIRST)

    advanced, cancelled = at_once(
        lambda: move(team.pk, "advance", actor="worker", ticket=1),
        lambda: move(team.pk, "cancel", actor="person"),
    )

    row = Team.objects.get(pk=team.pk)
    assert row.onboarding_pipeline_status == Status.FAILED
    assert not isinstance(cancelled, LOSING)
    if isinstance(advanced, StaleTicket):
        assert verbs(team) == ["start", "cancel"]
        assert row.pipeline_failed_step == FIRST
    else:
        assert verbs(team) == ["start", "advance", "cancel"]
        assert row.pipeline_failed_step == STEPS[FIRST].then


def test_two_beats_send_each_silent_team_once(
    sent: list[tuple[int, int]], age: Age, meet_before_the_lock: Callable[[int], None]
):
    teams = [started() for _ in range(3)]
    for team in teams:
        age(team, 3600, "pipeline_changed_at", "pipeline_waiting_since")
    sent.clear()
    meet_before_the_lock(2)

    at_once(beat, beat)

    assert [verbs(team) for team in teams] == [["start", "send_again"]] * 3
    assert sorted(sent) == [(team.pk, 2) for team in teams]


@pytest.mark.parametrize("race", range(5))
def test_either_a_late_heartbeat_comes_in_time_or_the_step_is_sent_again(
    race: int, sent: list[tuple[int, int]], age: Age
):
    team = TeamFactory()
    held = claim(team)
    age(team, 3600, "pipeline_heartbeat_at")

    beaten, found = at_once(held.heartbeat, recover)

    in_time = not isinstance(beaten, TicketLost)
    assert in_time == (found == [])
    assert Team.objects.get(pk=team.pk).pipeline_ticket == (1 if in_time else 2)
    assert len(sent) == (0 if in_time else 1)


def test_a_heartbeat_after_recovery_has_looked_saves_the_step(
    age: Age, monkeypatch: pytest.MonkeyPatch
):
    team = TeamFactory()
    held = claim(team)
    age(team, 3600, "pipeline_heartbeat_at")
    real = recovery._recover_row

    def beat_first(*args: Any, **options: Any) -> object:
        held.heartbeat()
        return real(*args, **options)

    monkeypatch.setattr(recovery, "_recover_row", beat_first)

    assert recover() == []
    held.heartbeat()  # it is still ours


@pytest.mark.parametrize("hours", [-1, 1])
class TestAWorkerWhoseClockIsAnHourOff:
    """The database's clock decides; that of the process is not asked."""

    @pytest.fixture(autouse=True)
    def wrong_clock(self, hours: int) -> Any:
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours)):
            yield

    def test_it_leaves_a_fresh_message_and_a_step_at_work_alone(self, sent: list[tuple[int, int]]):
        lying, working = started(), started()
        take(team_id=working.pk, ticket=1, status=FIRST)

        assert recover() == []
        assert verbs(lying) == verbs(working) == ["start"]

    def test_it_finds_what_is_silent(self, sent: list[tuple[int, int]], age: Age):
        lying, dead = started(), started()
        take(team_id=dead.pk, ticket=1, status=FIRST)
        age(lying, 60, "pipeline_changed_at", "pipeline_waiting_since")
        age(dead, 60, "pipeline_heartbeat_at")

        assert {found.team_id for found in recover()} == {lying.pk, dead.pk}

    def test_its_heartbeats_count(self, sent: list[tuple[int, int]], age: Age):
        team = started()
        held = take(team_id=team.pk, ticket=1, status=FIRST)
        age(team, 3600, "pipeline_heartbeat_at")
        assert held is not None

        with held.batch():
            pass

        assert recover() == []

    def test_it_waits_as_long_as_it_was_told_to(self, sent: list[tuple[int, int]], age: Age):
        team = started()
        take(team_id=team.pk, ticket=1, status=FIRST)
        wait = {"seconds": 600, "sentence": "GitHub did not answer.", "attempts": 1}
        move(team.pk, "postpone", actor="worker", ticket=1, arguments=wait)

        assert recover() == []
        rows().filter(pk=team.pk).update(pipeline_changed_at=datetime(2020, 1, 1, tzinfo=UTC))
        assert recover() == []
        age(team, 1, "pipeline_not_before")
        assert [found.team_id for found in recover()] == [team.pk]
