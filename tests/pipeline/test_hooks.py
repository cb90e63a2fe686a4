"""Hooks hear what happened, after the commit; one that fails harms nobody."""

import logging
from contextlib import ExitStack, contextmanager

import pytest
from django.db import transaction
from django.utils import timezone

from apps.pipeline import signals
from apps.pipeline.machine import Status, refresh_journey
from apps.pipeline.moves import move
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


@contextmanager
def heard(signal):
    found = []

    def hook(*, team, signal, sender, **arguments):
        found.append(arguments)

    signal.connect(hook)
    try:
        yield found
    finally:
        signal.disconnect(hook)


def advanced(sent, status: Status, **columns: object) -> Team:
    team = Team.objects.get(pk=TeamFactory(onboarding_pipeline_status=status, **columns).pk)
    with sent():
        team.advance()
        team.save()
    return team


def test_the_start_of_a_run_names_who_started_it(sent):
    team = TeamFactory()

    with heard(signals.onboarding_started) as found, sent():
        team.by("maria")
        team.start()
        team.save()

    assert found == [{"run": 1, "actor": "maria"}]


def test_every_new_status_is_progress_and_a_repeated_one_is_not(sent):
    with heard(signals.onboarding_progress) as found:
        team = advanced(sent, Status.SYNCING)
        with sent():
            team.send_again()
            team.save()

    assert found == [{"run": 0, "status": "llm_processing", "phase": 1}]


def test_the_end_of_phase_one_and_of_the_run_come_once_each(sent):
    with heard(signals.phase1_completed) as phase1, heard(signals.onboarding_completed) as end:
        advanced(sent, Status.COMPUTING_INSIGHTS)
        assert (len(phase1), len(end)) == (1, 0)
        advanced(sent, Status.BACKGROUND_INSIGHTS)

    assert (len(phase1), len(end)) == (1, 1)


def test_a_run_of_one_phase_ends_both_at_once(sent):
    with heard(signals.phase1_completed) as phase1, heard(signals.onboarding_completed) as end:
        advanced(sent, Status.COMPUTING_INSIGHTS, pipeline_two_phase=False)

    assert (len(phase1), len(end)) == (1, 1)


def test_an_update_is_neither_an_onboarding_nor_the_end_of_one(sent):
    team = TeamFactory(
        onboarding_pipeline_status=Status.COMPLETE,
        onboarding_pipeline_completed_at=timezone.now(),
        phase1_completed_at=timezone.now(),
    )
    told = (
        *(signals.onboarding_started, signals.phase1_completed, signals.onboarding_completed),
        *(signals.onboarding_failed, signals.refresh_failed, signals.refreshed),
    )

    with ExitStack() as stack:
        found = [stack.enter_context(heard(signal)) for signal in told]
        with sent():
            move(team.pk, "refresh", actor="nightly")
            move(team.pk, "fail", actor="worker", arguments={"reason": "Reconnect GitHub."})
            move(team.pk, "retry", actor="maria")
            for _ in refresh_journey()[1:]:
                move(team.pk, "advance", actor="worker")

    assert [len(calls) for calls in found] == [0, 0, 0, 0, 1, 1]
    assert found[4] == [{"run": 1, "step": "background_syncing", "reason": "Reconnect GitHub."}]


def test_a_history_that_becomes_complete_by_a_refresh_is_told_as_complete(sent):
    with heard(signals.onboarding_completed) as completed, heard(signals.refreshed) as refreshed:
        advanced(sent, Status.BACKGROUND_INSIGHTS, phase1_completed_at=timezone.now())

    assert (len(completed), len(refreshed)) == (1, 0)


def test_a_failure_says_where_and_why(sent):
    team = Team.objects.get(pk=TeamFactory(onboarding_pipeline_status=Status.SYNCING).pk)

    with heard(signals.onboarding_failed) as found, sent():
        team.fail(reason="Reconnect GitHub.")
        team.save()

    assert found == [{"run": 0, "step": "syncing", "reason": "Reconnect GitHub."}]


def test_a_hook_that_raises_is_logged_and_the_others_still_hear(sent, caplog):
    def broken(**arguments):
        raise RuntimeError("analytics is down")

    signals.onboarding_progress.connect(broken)
    try:
        with heard(signals.onboarding_progress) as found, caplog.at_level(logging.ERROR):
            team = advanced(sent, Status.SYNCING)
    finally:
        signals.onboarding_progress.disconnect(broken)

    assert len(found) == 1
    assert "analytics is down" in caplog.text
    assert team.onboarding_pipeline_status == Status.LLM_PROCESSING


def test_a_rolled_back_move_tells_nobody(sent):
    team = TeamFactory()

    with heard(signals.onboarding_started) as found, sent(), transaction.atomic():
        team.start()
        team.save()
        transaction.set_rollback(True)

    assert found == []
