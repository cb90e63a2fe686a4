"""A saved move sends exactly one task, and only after the commit."""

import logging

import pytest
from django.db import models, transaction
from django.db.models.signals import post_save

from apps.pipeline import receivers
from apps.pipeline.columns import STATUS
from apps.pipeline.machine import STEPS, Status
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def at(status: Status, **columns: object) -> Team:
    return TeamFactory(onboarding_pipeline_status=status, **columns)


def test_starting_a_team_sends_the_first_task(sent):
    team = TeamFactory()

    with sent() as tasks:
        team.start()
        team.save()

    assert tasks == [("syncing_members", 1)]


@pytest.mark.parametrize("status", STEPS)
def test_advancing_sends_the_task_of_the_next_status_once(sent, status):
    team = Team.objects.get(pk=at(status).pk)

    with sent() as tasks:
        team.advance()
        team.save()

    expected = [] if STEPS[status].then == Status.COMPLETE else [(str(STEPS[status].then), 1)]
    assert tasks == expected


def test_saving_again_after_a_move_sends_nothing_more(sent):
    team = TeamFactory()

    with sent() as tasks:
        team.start()
        team.save()
        team.name = "Renamed"
        team.save()
        Team.objects.get(pk=team.pk).save()

    assert len(tasks) == 1


def test_saving_the_status_again_sends_its_task_again(sent):
    team = at(Status.SYNCING)

    with sent() as tasks:
        Team.objects.get(pk=team.pk).save(update_fields=[STATUS])
        Team.objects.get(pk=team.pk).save(update_fields=[STATUS])

    assert tasks == [("syncing", 1), ("syncing", 2)]


def test_a_nested_save_in_another_receiver_sends_nothing_more(sent):
    team = TeamFactory()

    def save_again(instance: models.Model, **kwargs: object) -> None:
        if not getattr(instance, "nested", False):
            instance.nested = True
            instance.name = "Saved by a receiver"
            instance.save()

    post_save.connect(save_again, sender=Team)
    try:
        with sent() as tasks:
            team.start()
            team.save()
    finally:
        post_save.disconnect(save_again, sender=Team)

    assert tasks == [("syncing_members", 1)]
    stored = Team.objects.get(pk=team.pk)
    assert (stored.name, stored.pipeline_ticket) == ("Saved by a receiver", 1)


def test_a_rolled_back_move_sends_nothing(sent):
    team = TeamFactory()

    with sent() as tasks, transaction.atomic():
        team.start()
        team.save()
        transaction.set_rollback(True)

    assert tasks == []


@pytest.mark.parametrize("kind", ["raw", "created"])
def test_a_fixture_and_a_new_row_send_nothing_whatever_their_ticket(sent, kind):
    team = Team.objects.get(pk=at(Status.SYNCING).pk)
    team.pipeline_ticket += 1
    how = {"raw": False, "created": False} | {kind: True}

    with sent() as tasks:
        post_save.send(sender=Team, instance=team, using="default", **how)

    assert tasks == []


@pytest.mark.django_db(transaction=True)
def test_nothing_that_happens_after_the_commit_reaches_the_caller(monkeypatch):
    def broken(*arguments: object, **named: object) -> None:
        raise RuntimeError("after the commit")

    monkeypatch.setattr(receivers, "publish", broken)
    later: list[int] = []
    team = TeamFactory()

    with transaction.atomic():
        team.start()
        team.save()
        transaction.on_commit(lambda: later.append(1))

    assert later == [1]


@pytest.mark.parametrize("status", [Status.NOT_STARTED, Status.COMPLETE, Status.FAILED])
def test_a_status_at_rest_sends_nothing(sent, status):
    team = at(status)

    with sent() as tasks:
        Team.objects.get(pk=team.pk).save(update_fields=[STATUS])

    assert tasks == []


def test_a_row_that_waits_sends_nothing_before_its_time(sent):
    team = Team.objects.get(pk=at(Status.SYNCING).pk)

    with sent() as tasks:
        team.postpone(seconds=60, sentence="GitHub allows more at 14:32.", attempts=1)
        team.save()

    assert tasks == []


def test_a_paused_row_sends_nothing_until_it_is_resumed(sent):
    team = Team.objects.get(pk=at(Status.SYNCING).pk)

    with sent() as tasks:
        team.pause()
        team.save()
        assert tasks == []
        team.resume()
        team.save()

    assert tasks == [("syncing", 2)]


def test_a_broker_that_refuses_harms_nobody(
    monkeypatch, caplog, django_capture_on_commit_callbacks
):
    class Refused:
        name = "refused"

        def apply_async(self, **options: object) -> None:
            raise MemoryError("the broker is full")

    monkeypatch.setattr(receivers, "import_string", lambda path: Refused())
    team = TeamFactory()

    with django_capture_on_commit_callbacks(execute=True), caplog.at_level(logging.WARNING):
        team.start()
        team.save()

    assert Team.objects.get(pk=team.pk).onboarding_pipeline_status == Status.SYNCING_MEMBERS
    assert "was not sent" in caplog.text
