"""A run's times are read from its log, whatever happened on the way."""

from datetime import UTC, datetime, timedelta

from apps.operations.journal import journal
from apps.operations.screen import duration
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import Status

START = datetime(2026, 6, 1, tzinfo=UTC)


def entries(*steps: tuple[str, str, float]) -> list[PipelineTransition]:
    return [
        PipelineTransition(source=source, target=target, at=START + timedelta(seconds=seconds))
        for source, target, seconds in steps
    ]


def test_a_stay_lasts_until_the_next_status_whatever_was_sent_again_meanwhile():
    log = entries(
        ("not_started", "syncing_members", 0),
        ("syncing_members", "syncing", 2),
        ("syncing", "syncing", 20),
        ("syncing", "llm_processing", 30),
    )

    stays = journal(log).stays

    assert [(stay.status, stay.seconds) for stay in stays] == [
        (Status.SYNCING_MEMBERS, 2),
        (Status.SYNCING, 28),
        (Status.LLM_PROCESSING, None),
    ]


def test_phase_1_ends_when_the_dashboard_opens_and_the_run_at_its_last_status():
    log = entries(
        ("not_started", "syncing_members", 0),
        ("computing_insights", "phase1_complete", 40),
        ("background_insights", "complete", 90),
    )

    assert (journal(log).phase1_seconds, journal(log).total_seconds) == (40, 90)


def test_an_update_opens_no_dashboard():
    log = entries(
        ("complete", "background_syncing", 0),
        ("background_insights", "complete", 12),
    )
    log[0].verb = "refresh"

    assert (journal(log).phase1_seconds, journal(log).total_seconds) == (None, 12)


def test_a_run_under_way_has_no_total():
    assert journal(entries(("not_started", "syncing_members", 0))).total_seconds is None


def test_a_run_that_failed_has_a_total_but_no_phase_1():
    log = entries(("not_started", "syncing_members", 0), ("syncing_members", "failed", 5))

    assert (journal(log).phase1_seconds, journal(log).total_seconds) == (None, 5)


def test_a_restart_within_the_first_status_is_a_run_of_its_own():
    log = entries(("syncing_members", "syncing_members", 0), ("syncing_members", "syncing", 3))

    assert [stay.seconds for stay in journal(log).stays] == [3, None]


def test_a_team_that_has_not_started_has_no_times():
    assert journal([]).total_seconds is None


def test_durations_are_for_people():
    assert [duration(value) for value in (None, 3.44, 125.0)] == ["–", "3.4 s", "2 min 05 s"]
