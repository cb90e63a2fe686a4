"""Many teams at once: each goes the way of one, and the answer says which did not and why."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.standing import VERBS_FOR_PEOPLE
from apps.teams.models import StaffVisit, Team
from tests.factories import TeamFactory, UserFactory
from tests.visiting import WHY

pytestmark = pytest.mark.django_db

LIST = "admin:teams_team_changelist"
#: Where each move of people is possible.
POSSIBLE = {
    "start": {"onboarding_pipeline_status": Status.NOT_STARTED},
    "pause": {"onboarding_pipeline_status": Status.SYNCING},
    "resume": {"onboarding_pipeline_status": Status.SYNCING, "pipeline_paused": True},
    "retry": {"onboarding_pipeline_status": Status.FAILED, "pipeline_failed_step": Status.SYNCING},
    "cancel": {"onboarding_pipeline_status": Status.LLM_PROCESSING},
    "refresh": {
        "onboarding_pipeline_status": Status.COMPLETE,
        "phase1_completed_at": timezone.now(),
    },
    "restart": {"onboarding_pipeline_status": Status.COMPLETE},
}


def move_many(client, verb, *teams, why=WHY):
    form = {"action": f"{verb}_many", "_selected_action": [team.pk for team in teams], "why": why}
    return client.post(reverse(LIST), form, follow=True).text


def test_every_move_of_people_is_one_of_many():
    assert set(POSSIBLE) == set(VERBS_FOR_PEOPLE)


@pytest.mark.parametrize("verb", POSSIBLE)
def test_many_are_moved_by_the_one_way_and_each_has_both_rows(admin_client, admin_user, verb):
    teams = [TeamFactory(**POSSIBLE[verb]) for _ in range(2)]

    page = move_many(admin_client, verb, *teams)

    assert f"{verb.capitalize()}: 2 of 2 teams." in page
    logged = PipelineTransition.objects.values_list("verb", "actor")
    assert list(logged) == [(verb, admin_user.username)] * 2
    visits = StaffVisit.objects.order_by("team_id").values_list("team_id", "what", "why")
    assert list(visits) == [(team.pk, f"Team: Moved by “{verb}”.", WHY) for team in teams]


def test_who_was_not_moved_is_named_with_the_reason(admin_client):
    failed = TeamFactory(**POSSIBLE["retry"])
    complete = [TeamFactory(onboarding_pipeline_status=Status.COMPLETE) for _ in range(12)]

    page = move_many(admin_client, "retry", failed, *complete)

    assert "Retry: 1 of 13 teams." in page
    assert "Not moved (12): “retry” is not possible while the team is at “Complete”." in page
    assert complete[-1].name in page
    assert "and 2 more" in page
    assert Team.objects.filter(onboarding_pipeline_status=Status.SYNCING).count() == 1
    assert StaffVisit.objects.filter(what__startswith="Asked for “retry”, in vain").count() == 12


@pytest.mark.parametrize("why", ["", "   "])
def test_without_a_reason_nothing_is_moved(admin_client, why):
    team = TeamFactory()

    page = move_many(admin_client, "start", team, why=why)

    assert "Say why, beside the action: nothing was moved." in page
    assert not PipelineTransition.objects.exists()
    assert not StaffVisit.objects.exists()


def test_staff_who_may_look_only_have_no_action_and_cannot_post_one(client):
    staff = UserFactory(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_team", "change_team"]))
    client.force_login(staff)
    team = TeamFactory()

    assert "start_many" not in client.get(reverse(LIST)).text
    move_many(client, "start", team)

    assert not PipelineTransition.objects.exists()


def test_teams_are_not_deleted_by_the_dozen(admin_client):
    team = TeamFactory()
    form = {"action": "delete_selected", "_selected_action": [team.pk], "post": "yes"}

    admin_client.post(reverse(LIST), form)

    assert Team.objects.filter(pk=team.pk).exists()
