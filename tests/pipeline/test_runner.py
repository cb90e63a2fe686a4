"""A step works, then advances; or says in a sentence why not yet, or why not at all."""

import logging

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from apps.core.errors import PermanentError, TransientError
from apps.pipeline.claims import Claim
from apps.pipeline.columns import STATUS
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.runner import OUR_FAULT, backoff, run_step
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def team_at(status: Status = Status.SYNCING, **columns: object) -> Team:
    return TeamFactory(onboarding_pipeline_status=status, pipeline_ticket=1, **columns)


def run(team: Team, work, status: Status = Status.SYNCING, ticket: int = 1) -> Team:
    run_step(work, task=STEPS[status].task, team_id=team.pk, ticket=ticket, task_id="task-1")
    return Team.objects.get(pk=team.pk)


def failing(error: Exception):
    def work(claim: Claim) -> None:
        raise error

    return work


def test_finished_work_advances_by_one_status():
    stored = run(team_at(), lambda claim: None)

    assert stored.onboarding_pipeline_status == Status.LLM_PROCESSING
    log = PipelineTransition.objects.get(team=stored)
    assert (log.verb, log.actor, log.task_id) == ("advance", "worker", "task-1")


def test_the_same_message_twice_works_once():
    team, calls = team_at(), []

    for _ in range(5):
        run(team, calls.append)

    assert len(calls) == 1
    assert PipelineTransition.objects.filter(team=team).count() == 1


def test_a_permanent_error_fails_with_its_sentence():
    stored = run(team_at(), failing(PermanentError("Reconnect GitHub.")))

    assert stored.onboarding_pipeline_status == Status.FAILED
    assert stored.onboarding_pipeline_error == "Reconnect GitHub."
    assert stored.pipeline_failed_step == Status.SYNCING


def test_a_transient_error_waits_in_the_row_with_its_sentence():
    stored = run(team_at(), failing(TransientError("GitHub did not answer.", retry_after=30)))

    assert stored.onboarding_pipeline_status == Status.SYNCING
    assert stored.onboarding_pipeline_error == "GitHub did not answer."
    wait = (stored.pipeline_not_before - stored.pipeline_changed_at).total_seconds()
    assert 29 < wait < 31
    assert (stored.pipeline_ticket, stored.pipeline_attempts) == (2, 1)


def test_a_limit_that_resets_by_itself_uses_up_no_attempt(settings):
    team = team_at(pipeline_attempts=settings.PIPELINE["attempts"])
    limit = TransientError("GitHub allows more at 14:32.", retry_after=30, counts=False)

    stored = run(team, failing(limit))

    assert stored.onboarding_pipeline_status == Status.SYNCING
    assert stored.pipeline_attempts == settings.PIPELINE["attempts"]


def test_attempts_used_up_without_progress_fail_the_step(settings):
    team = team_at(pipeline_attempts=settings.PIPELINE["attempts"] - 1)

    stored = run(team, failing(TransientError("GitHub did not answer.")))

    assert stored.onboarding_pipeline_status == Status.FAILED
    assert stored.onboarding_pipeline_error == "GitHub did not answer."


def test_progress_renews_the_attempts(settings):
    team = team_at(pipeline_attempts=settings.PIPELINE["attempts"] - 1)

    def work(claim: Claim) -> None:
        with claim.batch(progress=True):
            pass
        raise TransientError("GitHub did not answer.")

    assert run(team, work).onboarding_pipeline_status == Status.SYNCING


def test_work_that_every_attempt_repeats_renews_nothing(settings):
    team = team_at(pipeline_attempts=settings.PIPELINE["attempts"] - 1)

    def work(claim: Claim) -> None:
        with claim.batch():
            pass
        raise TransientError("GitHub did not answer.")

    assert run(team, work).onboarding_pipeline_status == Status.FAILED


def test_our_own_bug_is_logged_with_its_stack_and_explained_without(caplog):
    with caplog.at_level(logging.ERROR):
        stored = run(team_at(), failing(KeyError("secret detail")))

    assert stored.onboarding_pipeline_status == Status.SYNCING
    assert stored.onboarding_pipeline_error == OUR_FAULT
    assert "secret detail" in caplog.text


def test_a_step_that_takes_too_long_goes_on_at_once():
    stored = run(team_at(), failing(SoftTimeLimitExceeded()))

    assert stored.pipeline_not_before <= stored.pipeline_changed_at


def test_a_worker_that_was_overtaken_changes_nothing():
    team = team_at()

    def work(claim: Claim) -> None:
        Team.objects.get(pk=team.pk).save(update_fields=[STATUS])

    stored = run(team, work)

    assert stored.onboarding_pipeline_status == Status.SYNCING
    assert stored.pipeline_ticket == 2


def test_a_worker_that_was_overtaken_and_fails_changes_nothing():
    team = team_at()

    def work(claim: Claim) -> None:
        Team.objects.get(pk=team.pk).save(update_fields=[STATUS])
        raise PermanentError("Reconnect GitHub.")

    assert run(team, work).onboarding_pipeline_status == Status.SYNCING


def test_a_team_deleted_meanwhile_ends_the_work_silently():
    team = team_at()

    def work(claim: Claim) -> None:
        Team.objects.filter(pk=team.pk).delete()
        with claim.batch():
            raise AssertionError("wrote for a deleted team")

    run_step(work, task=STEPS[Status.SYNCING].task, team_id=team.pk, ticket=1, task_id="")

    assert not Team.objects.filter(pk=team.pk).exists()


def test_the_back_off_doubles_and_is_capped(settings):
    seconds = [backoff(attempts) for attempts in (1, 2, 3, 20)]

    base, cap = settings.PIPELINE["backoff_seconds"], settings.PIPELINE["backoff_max_seconds"]
    assert base * 0.75 <= seconds[0] <= base * 1.25
    assert base * 4 * 0.75 <= seconds[2] <= base * 4 * 1.25
    assert seconds[3] <= cap * 1.25
