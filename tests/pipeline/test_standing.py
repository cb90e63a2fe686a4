"""Where a team stands, in plain values."""

from datetime import UTC, datetime, timedelta

from apps.pipeline.machine import Status
from apps.pipeline.standing import standing_of
from apps.teams.models import Team

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def team(status: Status, **columns: object) -> Team:
    columns = {"pipeline_ticket": 3, "pipeline_claimed": 3, "pipeline_changed_at": NOW} | columns
    return Team(onboarding_pipeline_status=status, **columns)


def test_a_healthy_step_waits_for_nothing():
    standing = standing_of(team(Status.SYNCING), now=NOW)

    assert (standing.waits_for, standing.is_active, standing.phase) == ("", True, 1)
    assert standing.can == {"pause", "cancel", "restart"}


def test_a_run_is_starting_until_its_first_step_is_taken():
    begun = team(Status.SYNCING_MEMBERS, pipeline_ticket=4)
    taken = team(Status.SYNCING_MEMBERS, pipeline_attempts=1)
    postponed = team(Status.SYNCING_MEMBERS, pipeline_ticket=4, pipeline_not_before=NOW)
    later = team(Status.SYNCING, pipeline_ticket=4)

    assert standing_of(begun, now=NOW).is_starting
    assert not any(standing_of(row, now=NOW).is_starting for row in (taken, postponed, later))


def test_a_ticket_that_nobody_takes_waits_for_a_worker():
    fresh = team(Status.SYNCING, pipeline_ticket=4)

    assert standing_of(fresh, now=NOW).waits_for == ""
    assert standing_of(fresh, now=NOW + timedelta(seconds=30)).waits_for == "worker"


def test_a_ticket_sent_again_and_still_not_taken_waits_for_a_worker_all_the_time():
    long_ago = NOW - timedelta(minutes=5)
    again = team(Status.SYNCING, pipeline_ticket=5, pipeline_waiting_since=long_ago)

    assert standing_of(again, now=NOW).waits_for == "worker"


def test_tickets_that_were_never_sent_do_not_look_like_a_missing_worker():
    retried = team(Status.SYNCING, pipeline_ticket=5, pipeline_waiting_since=NOW)

    assert standing_of(retried, now=NOW).waits_for == ""


def test_a_postponed_step_waits_for_time_and_says_until_when():
    later = NOW + timedelta(minutes=5)
    standing = standing_of(team(Status.SYNCING, pipeline_not_before=later), now=NOW)

    assert (standing.waits_for, standing.not_before) == ("time", later)


def test_a_failed_run_stands_where_it_failed():
    row = team(Status.FAILED, pipeline_failed_step=Status.LLM_PROCESSING)
    standing = standing_of(row, now=NOW)

    assert standing.percent == standing_of(team(Status.LLM_PROCESSING), now=NOW).percent
    assert standing.can == {"retry", "restart"}


def test_with_an_open_dashboard_a_run_at_rest_can_be_refreshed():
    complete = team(Status.COMPLETE, phase1_completed_at=NOW)
    failed = team(Status.FAILED, phase1_completed_at=NOW)

    assert standing_of(complete, now=NOW).can == {"refresh", "restart"}
    assert standing_of(failed, now=NOW).can == {"retry", "refresh", "restart"}


def test_an_update_of_what_was_complete_counts_its_own_steps():
    columns = {"onboarding_pipeline_completed_at": NOW, "phase1_completed_at": NOW}
    running = standing_of(team(Status.BACKGROUND_METRICS, **columns), now=NOW)
    stopped = standing_of(
        team(Status.FAILED, pipeline_failed_step=Status.BACKGROUND_METRICS, **columns), now=NOW
    )

    assert running.is_refreshing
    assert running.done == (Status.BACKGROUND_SYNCING, Status.BACKGROUND_LLM)
    assert running.percent == stopped.percent == 50
    assert (stopped.is_refresh, stopped.is_refreshing) == (True, False)
    assert stopped.complete_at == NOW


def test_at_its_end_and_before_the_history_was_complete_nothing_is_an_update():
    complete = team(Status.COMPLETE, onboarding_pipeline_completed_at=NOW)
    first = team(Status.BACKGROUND_METRICS, phase1_completed_at=NOW)

    assert not any(standing_of(row, now=NOW).is_refresh for row in (complete, first))


def test_a_paused_team_offers_to_resume():
    standing = standing_of(team(Status.SYNCING, pipeline_paused=True), now=NOW)

    assert standing.can == {"resume", "cancel", "restart"}


def test_the_dashboard_is_open_by_the_time_of_phase_one_not_by_the_status():
    opened = team(Status.FAILED, phase1_completed_at=NOW)

    assert standing_of(opened, now=NOW).dashboard_is_open
