"""One door for every move, whoever asks."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


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


@pytest.mark.parametrize("status", [Status.COMPLETE, Status.FAILED])
def test_a_refresh_is_a_new_run_behind_the_dashboard_and_forgets_nothing_that_is_known(
    sent, status
):
    long_ago = timezone.now() - timedelta(days=3)
    team = TeamFactory(
        onboarding_pipeline_status=status,
        onboarding_pipeline_started_at=long_ago,
        onboarding_pipeline_completed_at=long_ago,
        phase1_completed_at=long_ago,
        pipeline_run=1,
        pipeline_two_phase=False,
        pipeline_failed_step=Status.SYNCING if status == Status.FAILED else "",
        background_sync_progress=100,
        background_llm_progress=100,
    )

    with sent() as tasks:
        move(team.pk, "refresh", actor="maria")

    stored = Team.objects.get(pk=team.pk)
    assert tasks == [("background_syncing", 1)]
    assert (stored.pipeline_run, stored.pipeline_two_phase) == (2, True)
    assert stored.pipeline_failed_step == ""
    assert (stored.background_sync_progress, stored.background_llm_progress) == (0, 0)
    assert stored.onboarding_pipeline_started_at > long_ago
    assert stored.onboarding_pipeline_completed_at == long_ago
    assert stored.phase1_completed_at == long_ago
    assert stored.is_refresh


@pytest.mark.parametrize("status", [*ACTIVE, Status.NOT_STARTED])
def test_only_a_run_at_rest_can_be_refreshed(status):
    team = TeamFactory(onboarding_pipeline_status=status, phase1_completed_at=timezone.now())

    with pytest.raises(MoveRefused):
        move(team.pk, "refresh", actor="maria")


def test_without_a_dashboard_there_is_nothing_to_refresh():
    team = TeamFactory(
        onboarding_pipeline_status=Status.FAILED, pipeline_failed_step=Status.SYNCING
    )

    with pytest.raises(MoveRefused):
        move(team.pk, "refresh", actor="maria")


def test_a_failed_refresh_goes_on_as_a_refresh(sent):
    known = {"phase1_completed_at": timezone.now(), "onboarding_pipeline_completed_at": NOON}
    team = TeamFactory(onboarding_pipeline_status=Status.COMPLETE, **known)
    move(team.pk, "refresh", actor="maria")
    move(team.pk, "fail", actor="worker", arguments={"reason": "GitHub refuses the token."})

    with sent() as tasks:
        move(team.pk, "retry", actor="maria")

    assert tasks == [("background_syncing", 3)]
    assert Team.objects.get(pk=team.pk).is_refresh


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
