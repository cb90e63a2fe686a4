"""Recovery saves the status of a silent row again, and leaves every other row alone."""

import pytest

from apps.pipeline import recovery
from apps.pipeline.clock import database_now
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.pipeline.recovery import GAVE_UP, recover
from apps.teams.models import Team
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def team_at(status: Status = Status.SYNCING, **columns: object) -> Team:
    columns = {"pipeline_ticket": 1} | columns
    return TeamFactory(onboarding_pipeline_status=status, **columns)


@pytest.mark.parametrize("status", ACTIVE)
def test_a_lost_dispatch_is_sent_again_in_every_active_status(sent, age, status):
    team = team_at(status)
    age(team, 16, "pipeline_changed_at")

    with sent() as tasks:
        recovered = recover()

    assert tasks == [(str(status), 2)]
    assert [(r.team_id, r.verb) for r in recovered] == [(team.pk, "send_again")]


@pytest.mark.parametrize("status", ACTIVE)
def test_a_dead_worker_is_replaced_in_every_active_status(sent, age, status):
    team = team_at(status, pipeline_claimed=1, pipeline_attempts=1)
    age(team, 46, "pipeline_heartbeat_at")

    with sent() as tasks:
        recover()

    assert tasks == [(str(status), 2)]


def test_a_healthy_step_is_left_alone_however_long_it_takes(sent, age):
    team = team_at(pipeline_claimed=1)
    age(team, 6 * 3600, "pipeline_changed_at", "onboarding_pipeline_started_at")
    age(team, 40, "pipeline_heartbeat_at")

    with sent() as tasks:
        assert recover() == []

    assert tasks == []
    assert PipelineTransition.objects.count() == 0


@pytest.mark.parametrize("status", [Status.NOT_STARTED, Status.COMPLETE, Status.FAILED])
def test_a_row_at_rest_is_left_alone(age, status):
    team = team_at(status)
    age(team, 3600, "pipeline_changed_at")

    assert recover() == []


def test_a_paused_row_is_left_alone(age):
    team = team_at(pipeline_paused=True)
    age(team, 3600, "pipeline_changed_at")

    assert recover() == []


def test_a_row_that_waits_is_sent_when_its_time_has_come_and_not_before(sent, age):
    team = team_at()
    age(team, -60, "pipeline_not_before")
    age(team, 3600, "pipeline_changed_at")
    assert recover() == []

    age(team, 1, "pipeline_not_before")
    with sent() as tasks:
        recover()

    assert tasks == [("syncing", 2)]
    assert Team.objects.get(pk=team.pk).pipeline_not_before is None


@pytest.mark.parametrize(
    ("waited_before", "patience"), [(0, 15), (15, 15), (30, 30), (60, 60), (3600, 60)]
)
def test_a_ticket_that_nobody_takes_is_sent_at_a_growing_interval_and_never_fails(
    sent, age, waited_before, patience
):
    team = team_at()
    age(team, patience - 1, "pipeline_changed_at")
    age(team, patience - 1 + waited_before, "pipeline_waiting_since")
    assert recover() == []

    age(team, patience + 1, "pipeline_changed_at")
    age(team, patience + 1 + waited_before, "pipeline_waiting_since")
    with sent() as tasks:
        recover()

    assert tasks == [("syncing", 2)]
    stored = Team.objects.get(pk=team.pk)
    assert stored.pipeline_attempts == 0
    waits = stored.pipeline_changed_at - stored.pipeline_waiting_since
    assert waits.total_seconds() >= patience + waited_before  # the same wait goes on


def test_tickets_that_were_never_sent_make_nobody_wait_longer(sent, age):
    team = team_at(Status.FAILED, pipeline_ticket=9, pipeline_claimed=2)
    move(team.pk, "retry", actor="maria")
    age(team, 16, "pipeline_changed_at", "pipeline_waiting_since")

    with sent() as tasks:
        recover()

    assert len(tasks) == 1


def test_a_row_without_a_heartbeat_is_recovered_by_its_age(sent, age):
    team = TeamFactory(onboarding_pipeline_status=Status.SYNCING)  # as loaddata makes it
    age(team, 46, "pipeline_changed_at")

    with sent() as tasks:
        recover()

    assert tasks == [("syncing", 1)]


def test_a_row_that_went_on_since_it_was_found_silent_is_left_alone(age):
    team = team_at(pipeline_claimed=1)
    age(team, 10, "pipeline_heartbeat_at")

    assert recovery._recover_row(team.pk, database_now(), "sweep") is None
    assert Team.objects.get(pk=team.pk).pipeline_ticket == 1


def test_one_row_that_cannot_be_saved_keeps_no_other_waiting(sent, age, caplog):
    broken, other = team_at(), team_at()
    for row in (broken, other):
        age(row, 16, "pipeline_changed_at")
    PipelineTransition.objects.create(
        team=broken, ticket=2, run=0, verb="save", source="syncing", target="syncing"
    )  # the number that its next ticket would have

    with sent() as tasks:
        recovered = recover()

    assert [row.team_id for row in recovered] == [other.pk]
    assert tasks == [("syncing", 2)]
    assert "could not be recovered" in caplog.text


def test_attempts_used_up_without_progress_fail_with_a_sentence(settings, sent, age):
    team = team_at(pipeline_claimed=1, pipeline_attempts=settings.PIPELINE["attempts"])
    age(team, 46, "pipeline_heartbeat_at")

    with sent() as tasks:
        recover()

    stored = Team.objects.get(pk=team.pk)
    assert tasks == []
    assert stored.onboarding_pipeline_status == Status.FAILED
    assert stored.onboarding_pipeline_error == GAVE_UP


def test_two_sweeps_send_one_task(sent, age):
    team = team_at()
    age(team, 16, "pipeline_changed_at")

    with sent() as tasks:
        recover()
        recover()

    assert len(tasks) == 1


def test_one_team_is_recovered_without_touching_another(sent, age):
    team, other = team_at(), team_at()
    for row in (team, other):
        age(row, 16, "pipeline_changed_at")

    with sent() as tasks:
        recover(team_id=team.pk)

    assert tasks == [("syncing", 2)]
    assert Team.objects.get(pk=other.pk).pipeline_ticket == 1


def test_the_log_says_who_recovered_and_why(age):
    team = team_at(pipeline_claimed=1, pipeline_attempts=1)
    age(team, 46, "pipeline_heartbeat_at")

    recover(actor="status page")

    log = PipelineTransition.objects.get(team=team)
    assert (log.verb, log.actor, log.source, log.target) == (
        "send_again",
        "status page",
        "syncing",
        "syncing",
    )
    assert log.reason == "its worker has gone silent"


def test_without_teams_there_is_nothing_to_do():
    assert recover() == []
