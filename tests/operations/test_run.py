"""A run from a terminal begins where the team stands, and never calls a refusal a success."""

import pytest

from apps.operations.run import begin, ending_of
from apps.operations.stage import OthersTeams, forget_last_demo, refuse_to_mix
from apps.pipeline.machine import Status
from apps.teams.founding import found_team
from apps.teams.models import Team
from tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def team_at(status: Status, **columns: object) -> Team:
    made = TeamFactory(onboarding_pipeline_status=status, pipeline_run=1, **columns)
    return Team.objects.get(pk=made.pk)


@pytest.mark.parametrize(
    ("status", "columns"),
    [
        (Status.COMPLETE, {}),
        (Status.FAILED, {"pipeline_failed_step": Status.BACKGROUND_METRICS}),
        (Status.BACKGROUND_LLM, {}),
        (Status.SYNCING, {"pipeline_paused": True}),
    ],
)
def test_new_repositories_are_read_from_the_beginning_wherever_the_team_stands(status, columns):
    team = team_at(status, **columns)

    assert begin(team, anew=True)

    stored = Team.objects.get(pk=team.pk)
    assert (stored.onboarding_pipeline_status, stored.pipeline_run) == (Status.SYNCING_MEMBERS, 2)


@pytest.mark.parametrize(
    ("status", "columns", "goes_on_at"),
    [
        (Status.NOT_STARTED, {}, Status.SYNCING_MEMBERS),
        (Status.FAILED, {"pipeline_failed_step": Status.SYNCING}, Status.SYNCING),
        (Status.SYNCING, {"pipeline_paused": True}, Status.SYNCING),
        (Status.BACKGROUND_LLM, {}, Status.BACKGROUND_LLM),
    ],
)
def test_without_new_repositories_it_goes_on_where_it_stopped(status, columns, goes_on_at):
    team = team_at(status, **columns)

    assert begin(team)

    stored = Team.objects.get(pk=team.pk)
    assert stored.onboarding_pipeline_status == goes_on_at
    assert not stored.pipeline_paused


def test_a_complete_team_without_new_repositories_has_nothing_to_do():
    assert not begin(team_at(Status.COMPLETE))


def test_a_refusal_is_the_reason_even_of_a_team_that_was_complete():
    ending = ending_of(team_at(Status.COMPLETE), stalled="GitHub does not accept this token.")

    assert not ending.is_complete
    assert ending.reason == "GitHub does not accept this token."


def test_a_run_without_an_error_that_has_not_ended_is_no_success():
    assert not ending_of(team_at(Status.SYNCING)).is_complete


def test_a_demo_refuses_a_database_with_the_teams_of_others():
    found_team(founder=UserFactory(), name="Somebody")

    with pytest.raises(OthersTeams, match="without DATABASE_URL"):
        refuse_to_mix()

    Team.objects.all().delete()
    refuse_to_mix()
    forget_last_demo()
