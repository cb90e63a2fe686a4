"""A worker that hears nothing while tickets wait is deaf; one that is busy or idle is not."""

import pytest

from apps.pipeline.machine import Status
from apps.pipeline.watch import DeafnessWatch, waiting_tickets
from tests.factories import TeamFactory


def silent_watch(patience: float = 60) -> DeafnessWatch:
    watch = DeafnessWatch(patience=patience)
    watch.heard_at -= patience + 1
    return watch


def test_silence_while_tickets_wait_is_deafness():
    assert silent_watch().is_deaf(waiting=1, busy=0)


def test_silence_without_tickets_is_peace():
    assert not silent_watch().is_deaf(waiting=0, busy=0)


def test_a_busy_worker_is_not_deaf():
    assert not silent_watch().is_deaf(waiting=3, busy=2)


def test_a_message_ends_the_silence():
    watch = silent_watch()

    watch.heard()

    assert not watch.is_deaf(waiting=1, busy=0)


@pytest.mark.django_db
def test_only_due_and_unclaimed_tickets_wait():
    TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)
    TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1, pipeline_claimed=1)
    TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1, pipeline_paused=True)
    TeamFactory(onboarding_pipeline_status=Status.COMPLETE, pipeline_ticket=9)

    assert waiting_tickets() == 1


@pytest.mark.django_db
def test_health_is_not_ok_while_a_ticket_waits_for_long(client, age):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)
    assert client.get("/health/").json()["ok"]

    age(team, 121, "pipeline_changed_at")
    answer = client.get("/health/")

    assert answer.status_code == 503
    assert answer.json()["unclaimed"] == 1


@pytest.mark.django_db
def test_health_without_any_team_is_ok(client):
    assert client.get("/health/").status_code == 200
