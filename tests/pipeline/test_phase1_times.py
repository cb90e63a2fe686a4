"""How long until a dashboard was open: of runs that got there, with the others counted apart."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.phase1_times import Outcome, by_week, runs_through_phase1, times_of
from apps.pipeline.rows import rows
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def log(team, *moves, run=1, since=MONDAY):
    """`(minutes, verb, source, target)` for each move; the tickets count on."""
    ticket = PipelineTransition.objects.filter(team=team).count()
    PipelineTransition.objects.bulk_create(
        PipelineTransition(
            team=team,
            ticket=ticket + number,
            run=run,
            verb=verb,
            source=source,
            target=target,
            at=since + minutes * MINUTE,
        )
        for number, (minutes, verb, source, target) in enumerate(moves, 1)
    )
    rows().filter(pk=team.pk).update(
        pipeline_run=run, onboarding_pipeline_status=moves[-1][3], pipeline_ticket=ticket
    )


BEGUN = (0, "start", "not_started", "syncing_members")


def opened_after(minutes, *between):
    return (BEGUN, *between, (minutes, "advance", "computing_insights", "phase1_complete"))


def opened(minutes, **how):
    team = TeamFactory()
    log(team, *opened_after(minutes), **how)
    return team


def test_a_real_run_is_timed_from_its_start_to_the_open_dashboard():
    team = TeamFactory()
    move(team.pk, "start", actor="mira")
    for _ in range(5):
        move(team.pk, "advance", actor="worker")

    [run] = runs_through_phase1()

    assert (run.outcome, run.number, run.stops, run.two_phase) == (Outcome.OPENED, 1, 0, True)
    told = list(team.transitions.order_by("ticket").values_list("target", "at"))
    assert told[-1][0] == Status.PHASE1_COMPLETE
    assert run.took == told[-1][1] - told[0][1]


def test_median_p95_and_share_are_of_the_runs_that_opened_a_dashboard():
    for minutes in (1, 2, 3, 5, 60):
        opened(minutes)

    times = times_of(runs_through_phase1())

    assert (times.n, times.median, times.p95) == (5, 3 * MINUTE, 60 * MINUTE)
    assert (times.within_goal, times.share_within_goal) == (3, 60.0)  # five minutes are not under


def test_one_of_twenty_may_take_longer_than_the_p95():
    for minutes in range(1, 21):
        opened(minutes)

    assert times_of(runs_through_phase1()).p95 == 19 * MINUTE


def test_runs_without_an_end_are_counted_apart_and_never_as_zero():
    opened(4)
    log(TeamFactory(), BEGUN)
    log(TeamFactory(), BEGUN, (2, "fail", "syncing", "failed"))
    log(TeamFactory(), BEGUN, (2, "cancel", "syncing", "failed"))
    replaced = TeamFactory()
    log(replaced, BEGUN)
    log(replaced, (0, "restart", "syncing", "syncing_members"), run=2, since=MONDAY + MINUTE)

    times = times_of(runs_through_phase1())

    assert (times.n, times.median) == (1, 4 * MINUTE)
    assert (times.running, times.failed, times.replaced) == (2, 2, 1)


def test_without_a_run_there_is_no_time_and_no_share():
    times = times_of(runs_through_phase1())

    assert (times.n, times.median, times.p95, times.share_within_goal) == (0, None, None, None)


def test_a_failure_that_was_retried_counts_with_all_its_waiting():
    between = (2, "fail", "syncing", "failed"), (90, "retry", "failed", "syncing")
    log(TeamFactory(), *opened_after(95, *between))

    [run] = runs_through_phase1()
    times = times_of([run])

    assert (run.took, times.n, times.failed, times.with_stops) == (95 * MINUTE, 1, 0, 1)


def test_what_happens_behind_the_open_dashboard_changes_no_time():
    team = TeamFactory()
    log(
        team,
        *opened_after(3),
        (4, "advance", "phase1_complete", "background_syncing"),
        (5, "pause", "background_syncing", "background_syncing"),
        (9, "fail", "background_syncing", "failed"),
    )

    [run] = runs_through_phase1()

    assert (run.took, run.outcome, run.stops) == (3 * MINUTE, Outcome.OPENED, 0)


def test_an_update_is_no_run_through_phase_1():
    team = opened(3)
    log(
        team,
        (0, "refresh", "complete", "background_syncing"),
        (1, "advance", "background_insights", "complete"),
        run=2,
    )

    assert [run.number for run in runs_through_phase1()] == [1]


def test_a_run_of_one_phase_ends_at_complete_and_is_told_apart():
    log(TeamFactory(), BEGUN, (40, "advance", "computing_insights", "complete"))

    [run] = runs_through_phase1()

    assert (run.took, run.two_phase) == (40 * MINUTE, False)


def test_weeks_are_iso_weeks_of_the_start_the_newest_first():
    sunday = datetime(2026, 6, 7, 23, 58, tzinfo=UTC)  # and the dashboard opens on Monday
    opened(2)
    opened(4, since=sunday)
    opened(9, since=datetime(2026, 12, 31, tzinfo=UTC))

    weeks = by_week(runs_through_phase1())

    assert [(str(week.week), week.times.n) for week in weeks] == [("2026-W53", 1), ("2026-W23", 2)]


def test_the_log_is_read_in_two_statements(django_assert_num_queries):
    for minutes in (1, 2, 3):
        opened(minutes)

    with django_assert_num_queries(2):
        assert len(runs_through_phase1()) == 3


def test_a_deleted_team_takes_its_runs_along():
    opened(3).delete()

    assert runs_through_phase1() == []
