"""The buttons of the status page: what the status allows happens once, the rest never."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.pipeline.log import PipelineTransition
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


def press(client, team, verb):
    return client.post(reverse("onboarding:move", args=[team.slug, verb]), follow=True)


def status_of(team):
    team.refresh_from_db()
    return team.onboarding_pipeline_status


def test_pause_and_resume(client, team):
    press(client, team, "pause")
    team.refresh_from_db()
    assert team.pipeline_paused

    answer = press(client, team, "resume")
    team.refresh_from_db()

    assert not team.pipeline_paused
    assert "The import goes on." in answer.text


def test_cancel_and_retry_come_back_to_the_same_step(client, team):
    press(client, team, "cancel")
    assert status_of(team) == "failed"

    press(client, team, "retry")

    assert status_of(team) == "syncing"


def test_the_log_names_who_pressed(client, team):
    press(client, team, "pause")

    assert PipelineTransition.objects.get(team_id=team.pk).actor == "mira"


def test_a_second_click_changes_nothing_and_says_so(client, team):
    press(client, team, "cancel")

    answer = press(client, team, "cancel")

    assert "not possible" in answer.text
    assert PipelineTransition.objects.filter(team_id=team.pk, verb="cancel").count() == 1


@pytest.mark.parametrize("verb", ["advance", "fail", "start", "send_again", "delete", "save"])
def test_no_other_verb_is_to_be_had(client, team, verb):
    answer = client.post(reverse("onboarding:move", args=[team.slug, verb]))

    assert answer.status_code == 404
    assert status_of(team) == "syncing"


def test_a_link_moves_nothing(client, team):
    answer = client.get(reverse("onboarding:move", args=[team.slug, "cancel"]))

    assert answer.status_code == 405
    assert status_of(team) == "syncing"


def test_without_the_forms_secret_nothing_moves(team, person):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)

    answer = strict.post(reverse("onboarding:move", args=[team.slug, "cancel"]))

    assert answer.status_code == 403
    assert status_of(team) == "syncing"


def test_a_plain_member_may_look_but_not_move(client, team):
    team.memberships.update(role="member")

    answer = client.post(reverse("onboarding:move", args=[team.slug, "cancel"]))

    assert answer.status_code == 403
    assert status_of(team) == "syncing"


def test_a_foreign_team_cannot_be_moved(client, person):
    foreign = TeamFactory(slug="foreign", onboarding_pipeline_status="syncing")

    answer = client.post(reverse("onboarding:move", args=["foreign", "cancel"]))
    missing = client.post(reverse("onboarding:move", args=["missing", "cancel"]))

    assert answer.status_code == 404
    assert answer.content == missing.content
    assert status_of(foreign) == "syncing"
