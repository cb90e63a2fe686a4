"""A worker that ends leaves its tickets to the next one, at once where that can be known."""

import subprocess
import sys
import threading
from contextlib import nullcontext

import pytest
from celery.exceptions import WorkerLostError
from celery.signals import task_failure, worker_shutting_down
from django.db import connection
from django.db.models.functions import Now

from apps.pipeline import recovery, watch
from apps.pipeline.claims import Claim, TicketLost, take
from apps.pipeline.identity import Identity, this_process
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.recovery import DIED, GAVE_UP, STOPPING, hand_over, recover
from apps.pipeline.rows import rows
from apps.pipeline.watch import Bell, DeafnessWatch, keep_watch, start_watch
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc"),
]


@pytest.fixture
def ended() -> str:
    """The identity of a process of this machine that has ended."""
    show = "from apps.pipeline.identity import this_process; print(this_process())"
    told = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    return told.stdout.strip()


def taken_by(worker: str, status: Status = Status.SYNCING, **columns: object) -> Team:
    columns = {"pipeline_ticket": 1, "pipeline_claimed": 1, "pipeline_attempts": 1} | columns
    team = TeamFactory(onboarding_pipeline_status=status, pipeline_worker=worker, **columns)
    rows().filter(pk=team.pk).update(pipeline_heartbeat_at=Now())
    return team


@pytest.mark.parametrize("status", ACTIVE)
def test_a_dead_process_of_this_machine_is_replaced_at_once(sent, ended, status):
    taken_by(ended, status)

    with sent() as tasks:
        recovered = recover()

    assert tasks == [(str(status), 2)]
    assert recovered[0].reason == DIED


def test_a_living_process_keeps_its_ticket():
    taken_by(str(this_process()))

    assert recover() == []


def test_a_process_of_another_machine_is_waited_for(ended):
    taken_by(f"elsewhere/{ended}")

    assert recover() == []


def test_a_dead_process_whose_ticket_was_replaced_is_history(ended):
    taken_by(ended, pipeline_ticket=2)  # unclaimed, and of this moment

    assert recover() == []


def test_a_step_whose_workers_always_die_ends_with_a_sentence(ended):
    team = taken_by(ended, pipeline_attempts=5)

    recover()

    stored = Team.objects.get(pk=team.pk)
    assert stored.onboarding_pipeline_status == Status.FAILED
    assert stored.onboarding_pipeline_error == GAVE_UP


def test_a_claim_names_its_process():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)

    take(team_id=team.pk, ticket=1, status=Status.SYNCING)

    assert Team.objects.get(pk=team.pk).pipeline_worker == str(this_process())


def test_a_stopping_worker_hands_over_what_it_has_taken_and_is_fenced(sent):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)
    claim = take(team_id=team.pk, ticket=1, status=Status.SYNCING)
    other = taken_by(str(Identity(this_process().place, "1.1", this_process().parent)))

    with sent() as tasks:
        handed_over = hand_over(actor="worker stop")

    assert tasks == [("syncing", 2)]
    assert [row.reason for row in handed_over] == [STOPPING]
    stored = Team.objects.get(pk=team.pk)
    assert stored.pipeline_attempts == 0  # the work is not to blame
    assert Team.objects.get(pk=other.pk).pipeline_ticket == 1
    with pytest.raises(TicketLost), claim.batch():
        pass


def test_what_ended_by_itself_is_not_handed_over(sent):
    team = taken_by(str(this_process()), pipeline_ticket=2)

    assert recovery._recover_row(team.pk, recovery.database_now(), "stop", stopping=True) is None


def test_the_watch_hands_over_when_the_worker_is_told_to_stop(monkeypatch):
    monkeypatch.setattr(watch, "SHORT_STEP", 0)
    monkeypatch.setattr(watch, "between_forks", nullcontext)
    team = taken_by(str(this_process()))
    bell = Bell()

    bell.ring(stop=True)
    keep_watch(DeafnessWatch(patience=60), bell, broker_answers=lambda: True, end=lambda: None)

    entry = PipelineTransition.objects.get(team=team)
    assert (entry.actor, entry.reason) == ("worker stop", STOPPING)


@pytest.mark.parametrize(
    ("signal", "arguments", "rings"),
    [
        (task_failure, {"exception": WorkerLostError("signal 9")}, [False]),
        (task_failure, {"exception": ValueError("our own mistake")}, []),
        (worker_shutting_down, {}, [True]),
    ],
)
def test_a_lost_child_rings_for_a_sweep_and_a_stop_for_the_end(
    monkeypatch, signal, arguments, rings
):
    rung: list[bool] = []
    monkeypatch.setattr(Bell, "ring", lambda self, *, stop=False: rung.append(stop))
    monkeypatch.setattr(watch.threading.Thread, "start", lambda self: None)
    before = {each: list(each.receivers) for each in (task_failure, worker_shutting_down)}
    try:
        start_watch(sender=None)
        signal.send(sender=None, **arguments)
    finally:
        for each, receivers in before.items():
            each.receivers[:] = receivers

    assert rung == rings


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks the database, not rows")
@pytest.mark.django_db(transaction=True)
def test_a_step_in_the_midst_of_a_batch_is_handed_over_when_the_batch_ends():
    team = taken_by(str(this_process()))
    in_batch, may_end = threading.Event(), threading.Event()

    def write_a_batch() -> None:
        claim = Claim(team, 1, Status.SYNCING)
        with claim.batch():
            in_batch.set()
            may_end.wait(10)
        connection.close()

    batch = threading.Thread(target=write_a_batch)
    batch.start()
    in_batch.wait(10)
    threading.Timer(0.2, may_end.set).start()
    handed_over = hand_over(actor="worker stop")
    batch.join()

    assert [row.team_id for row in handed_over] == [team.pk]
