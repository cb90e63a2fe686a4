"""One door for every move, whoever asks."""

import pytest
from django.db import IntegrityError, transaction

from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def test_a_start_from_the_web_sends_the_first_task_and_logs_who(sent):
    team = TeamFactory()

    with sent() as tasks:
        move(team.pk, "start", actor="maria")

    assert tasks == [("syncing_members", 1)]
    assert PipelineTransition.objects.get(team=team).actor == "maria"


def test_fifty_clicks_start_one_run(sent):
    team = TeamFactory()

    with sent() as tasks:
        move(team.pk, "start", actor="maria")
        for _ in range(49):
            with pytest.raises(MoveRefused):
                move(team.pk, "start", actor="maria")

    assert len(tasks) == 1
    assert Team.objects.get(pk=team.pk).pipeline_run == 1


def test_a_refusal_is_a_sentence_with_the_status_in_it():
    team = TeamFactory(onboarding_pipeline_status=Status.COMPLETE)

    with pytest.raises(
        MoveRefused, match="“retry” is not possible while the team is at “Complete”"
    ):
        move(team.pk, "retry", actor="maria")


def test_a_deleted_team_is_refused():
    with pytest.raises(MoveRefused, match="does not exist"):
        move(4711, "start", actor="maria")


def test_a_stale_ticket_moves_nothing():
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=2)

    with pytest.raises(StaleTicket):
        move(team.pk, "advance", actor="worker", ticket=1)

    assert Team.objects.get(pk=team.pk).pipeline_ticket == 2


def test_pausing_fences_the_worker_and_resuming_sends_the_step_again(sent):
    team = TeamFactory(
        onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=2, pipeline_claimed=2
    )

    with sent() as tasks:
        move(team.pk, "pause", actor="maria")
        with pytest.raises(MoveRefused):
            move(team.pk, "pause", actor="maria")
        move(team.pk, "resume", actor="maria")

    assert tasks == [("syncing", 4)]


def test_a_cancelled_run_can_be_taken_up_where_it_stopped(sent):
    team = TeamFactory(onboarding_pipeline_status=Status.BACKGROUND_SYNCING)

    with sent() as tasks:
        move(team.pk, "cancel", actor="maria")
        assert Team.objects.get(pk=team.pk).onboarding_pipeline_status == Status.FAILED
        move(team.pk, "retry", actor="maria")

    assert tasks == [("background_syncing", 2)]


def test_a_restart_is_a_new_run_from_the_first_step(sent):
    team = TeamFactory(onboarding_pipeline_status=Status.COMPLETE, pipeline_run=1)

    with sent() as tasks:
        move(team.pk, "restart", actor="maria")

    stored = Team.objects.get(pk=team.pk)
    assert tasks == [("syncing_members", 1)]
    assert stored.pipeline_run == 2
    assert stored.onboarding_pipeline_completed_at is None


def test_a_move_that_cannot_be_stored_undoes_itself_within_a_larger_transaction():
    team = TeamFactory()
    taken = {"run": 1, "verb": "start", "source": "not_started", "target": "syncing_members"}
    PipelineTransition.objects.create(team=team, ticket=1, **taken)

    with transaction.atomic():
        with pytest.raises(IntegrityError):
            move(team.pk, "start", actor="maria")
        stored = Team.objects.get(pk=team.pk)  # the larger transaction goes on

    assert stored.onboarding_pipeline_status == Status.NOT_STARTED
    assert stored.pipeline_ticket == 0
