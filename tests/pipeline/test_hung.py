"""A process that has a step in hand and shows no sign of life is ended, and no other."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from apps.pipeline.claims import Claim, take
from apps.pipeline.hung import SignsOfLife, kill
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.moves import move
from apps.teams.models import Team
from tests.factories import TeamFactory

PATIENCE = 45


@dataclass
class Request:
    """What Celery's worker knows of a task that one of its processes has."""

    kwargs: dict[str, int]
    name: str = STEPS[Status.SYNCING].task
    id: str = "a"
    worker_pid: int = 0


class Clock:
    """The clock that nobody sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(time, "monotonic", found)
    return found


@pytest.fixture
def claim(db: None) -> Claim:
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)
    found = take(team_id=team.pk, ticket=1, status=Status.SYNCING)
    assert found is not None
    return found


def pass_time(signs: SignsOfLife, request: Request, clock: Clock) -> None:
    """Let the patience go by, in two looks."""
    clock.now += PATIENCE / 2
    signs.overdue([request])
    clock.now += PATIENCE / 2


@pytest.fixture
def request_in_hand(claim: Claim) -> Request:
    return Request({"team_id": claim.row.pk, "ticket": claim.ticket})


def test_a_step_without_a_sign_of_life_is_overdue_after_the_patience(request_in_hand, clock):
    signs = SignsOfLife(patience=PATIENCE)

    assert signs.overdue([request_in_hand]) == []
    clock.now = PATIENCE - 1
    assert signs.overdue([request_in_hand]) == []
    clock.now = PATIENCE
    assert signs.overdue([request_in_hand]) == [request_in_hand]


def test_a_step_that_checks_in_is_never_overdue(claim, request_in_hand, clock):
    signs = SignsOfLife(patience=PATIENCE)

    for _ in range(10):
        clock.now += PATIENCE - 1
        with claim.batch():
            pass
        assert signs.overdue([request_in_hand]) == []


def test_a_step_that_works_in_one_long_batch_is_never_overdue(request_in_hand, clock):
    request_in_hand.worker_pid = os.getpid()
    signs = SignsOfLife(patience=PATIENCE)

    for _ in range(4):
        assert signs.overdue([request_in_hand]) == []
        clock.now += PATIENCE - 1
        began = time.process_time()
        while time.process_time() - began < 0.05:
            pass


def test_who_has_been_paused_itself_begins_to_count_anew(request_in_hand, clock):
    signs = SignsOfLife(patience=PATIENCE)
    signs.overdue([request_in_hand])

    clock.now = 10 * PATIENCE

    assert signs.overdue([request_in_hand]) == []


def test_a_step_whose_ticket_was_taken_away_gives_no_sign_any_more(claim, request_in_hand, clock):
    signs = SignsOfLife(patience=PATIENCE)
    signs.overdue([request_in_hand])
    move(claim.row.pk, "pause", actor="test")

    pass_time(signs, request_in_hand, clock)

    assert signs.overdue([request_in_hand]) == [request_in_hand]


def test_a_step_of_a_team_that_was_deleted_gives_none_either(claim, request_in_hand, clock):
    signs = SignsOfLife(patience=PATIENCE)
    signs.overdue([request_in_hand])
    Team.objects.filter(pk=claim.row.pk).delete()

    pass_time(signs, request_in_hand, clock)

    assert signs.overdue([request_in_hand]) == [request_in_hand]


@pytest.mark.django_db
def test_other_tasks_are_left_to_their_time_limits(clock):
    signs = SignsOfLife(patience=PATIENCE)
    sweep = Request({}, name="apps.pipeline.tasks.recover")
    signs.overdue([sweep])

    pass_time(signs, sweep, clock)

    assert signs.overdue([sweep]) == []


@pytest.fixture
def stopped_process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        process.send_signal(signal.SIGSTOP)
        yield process
        process.kill()


def test_a_process_that_is_stopped_can_be_ended(stopped_process):
    kill(Request({}, worker_pid=stopped_process.pid))

    assert stopped_process.wait() == -signal.SIGKILL


def test_in_a_pool_of_threads_nobody_ends_the_whole_worker(monkeypatch):
    killed: list[Any] = []
    monkeypatch.setattr(os, "kill", lambda *arguments: killed.append(arguments))

    kill(Request({}, worker_pid=os.getpid()))

    assert killed == []
