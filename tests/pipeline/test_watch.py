"""A worker that hears nothing while tickets wait is deaf; one that is busy or idle is not."""

from contextlib import nullcontext

import pytest
from celery.signals import task_prerun

from apps.pipeline import health, tasking, watch
from apps.pipeline.machine import Status
from apps.pipeline.recovery import recover
from apps.pipeline.watch import Bell, DeafnessWatch, keep_watch
from apps.teams.models import Team
from tests.factories import TeamFactory


class Rounds(Bell):
    """A bell that tells to stop after so many sweeps, without waiting for any."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds

    def wait(self, seconds: float) -> bool:
        self.rounds -= 1
        return self.rounds < 0


def silent_watch(patience: float = 60) -> DeafnessWatch:
    found = DeafnessWatch(patience=patience)
    found.heard_at -= patience + 1
    return found


def run(found: DeafnessWatch, *, rounds: int = 1, broker: bool = True) -> list[str]:
    """What the watch did: "ended", if it came to that."""
    did: list[str] = []
    keep_watch(
        found, Rounds(rounds), broker_answers=lambda: broker, end=lambda: did.append("ended")
    )
    return did


@pytest.fixture(autouse=True)
def kept_connection(monkeypatch):
    """The watch closes its thread's connection; here it runs in the test's, in a transaction."""
    monkeypatch.setattr(watch, "between_forks", nullcontext)


@pytest.fixture
def waiting_team(db, age):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)
    age(team, 70, "pipeline_changed_at", "pipeline_waiting_since")
    return team


@pytest.fixture
def no_recovery(monkeypatch):
    monkeypatch.setattr(watch, "sweep", lambda actor: None)


def test_silence_while_tickets_have_waited_long_ends_the_worker(waiting_team, no_recovery):
    assert run(silent_watch(), rounds=5) == ["ended"]


def test_sending_the_ticket_again_does_not_hide_how_long_it_waits(waiting_team):
    assert run(silent_watch(), rounds=5) == ["ended"]
    assert Team.objects.get(pk=waiting_team.pk).pipeline_ticket > 1


def test_a_ticket_of_this_moment_ends_nobody(db, no_recovery):
    TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)

    assert run(silent_watch()) == []


def test_a_broker_that_does_not_answer_could_have_told_nothing(waiting_team, no_recovery):
    found = silent_watch()

    assert run(found, broker=False) == []
    assert not found.is_deaf(waiting=1, busy=0)


def test_silence_without_tickets_is_peace():
    assert not silent_watch().is_deaf(waiting=0, busy=0)


def test_a_busy_worker_is_not_deaf():
    assert not silent_watch().is_deaf(waiting=3, busy=2)


def test_a_message_ends_the_silence():
    found = silent_watch()

    found.heard()

    assert not found.is_deaf(waiting=1, busy=0)


def test_the_watch_sweeps_from_the_start_and_in_every_round(monkeypatch):
    actors: list[str] = []
    monkeypatch.setattr(watch, "sweep", actors.append)
    monkeypatch.setattr(watch, "waiting_longer_than", lambda seconds: 0)

    run(silent_watch(), rounds=2)

    assert actors == ["worker start", "worker", "worker"]


def test_a_sweep_that_fails_does_not_end_the_watch(monkeypatch, caplog):
    def broken() -> None:
        raise RuntimeError("a bad moment")

    monkeypatch.setattr(watch, "silent_teams", broken)
    monkeypatch.setattr(watch, "waiting_longer_than", lambda seconds: 1)

    assert run(silent_watch()) == ["ended"]
    assert "a bad moment" in caplog.text


def test_every_task_begins_with_a_connection_that_works(monkeypatch):
    closed: list[int] = []
    monkeypatch.setattr(tasking, "close_old_connections", lambda: closed.append(1))

    task_prerun.send(sender=None, task_id="1", task=None, args=(), kwargs={})

    assert closed == [1]


@pytest.mark.django_db
def test_only_due_and_unclaimed_tickets_wait(age):
    def team(**columns: object) -> Team:
        return TeamFactory(**{"onboarding_pipeline_status": Status.SYNCING} | columns)

    waiting = team(pipeline_ticket=1)
    due = team(pipeline_ticket=1)
    age(due, 5, "pipeline_not_before")
    early = team(pipeline_ticket=1)
    age(early, -60, "pipeline_not_before")
    team(pipeline_ticket=1, pipeline_claimed=1)
    team(pipeline_ticket=1, pipeline_paused=True)
    team(pipeline_ticket=9, onboarding_pipeline_status=Status.COMPLETE)

    found = health.health_of_pipeline()

    assert found.unclaimed == 2
    assert health.waiting_longer_than(4) == 1
    assert waiting.pk != due.pk


@pytest.mark.django_db
def test_health_is_not_ok_while_a_ticket_waits_for_long_however_often_it_is_sent(client, age):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)
    assert client.get("/health/").json()["ok"]

    age(team, 61, "pipeline_changed_at")
    age(team, 121, "pipeline_waiting_since")
    assert recover()
    answer = client.get("/health/")

    assert answer.status_code == 503
    assert answer.json()["unclaimed"] == 1


@pytest.mark.django_db
def test_health_without_any_team_is_ok(client):
    assert client.get("/health/").status_code == 200
