"""The buttons of the status page: what the status allows happens once, the rest never."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.onboarding import pressing
from apps.onboarding.words import VERBS
from apps.pipeline.log import PipelineTransition
from apps.pipeline.rows import rows
from apps.teams.models import Team
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


@pytest.mark.parametrize(
    ("before", "verb"),
    [([], "pause"), (["pause"], "resume"), ([], "cancel"), (["cancel"], "retry")],
)
def test_a_second_click_changes_nothing_and_is_no_failure(client, team, before, verb):
    for earlier in [*before, verb]:
        press(client, team, earlier)

    answer = press(client, team, verb)

    assert VERBS[verb].done in answer.text
    assert 'alert-warning alert-soft">' not in answer.text
    assert PipelineTransition.objects.filter(team_id=team.pk, verb=verb).count() == 1


def test_a_second_click_begins_no_second_run(client, team):
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    press(client, team, "restart")

    answer = press(client, team, "restart")

    assert VERBS["restart"].done in answer.text
    assert PipelineTransition.objects.filter(team_id=team.pk, verb="restart").count() == 1


def test_two_clicks_at_once_begin_one_run(team):
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    first, second = Team.objects.get(pk=team.pk), Team.objects.get(pk=team.pk)

    outcomes = [pressing.press(page, "restart", actor="mira") for page in (first, second)]

    assert [outcome.is_as_wished for outcome in outcomes] == [True, True]
    assert PipelineTransition.objects.filter(team_id=team.pk, verb="restart").count() == 1


@pytest.mark.parametrize(
    ("status", "verb", "said"),
    [
        ("complete", "pause", "There is nothing to pause. The last 90 days are read."),
        ("failed", "resume", "There is nothing to go on with. The import has stopped."),
        ("complete", "cancel", "There is nothing to cancel. The last 90 days are read."),
        ("complete", "retry", "There is nothing to try again. The last 90 days are read."),
    ],
)
def test_what_cannot_be_is_told_in_the_pages_own_words(client, team, status, verb, said):
    rows().filter(pk=team.pk).update(onboarding_pipeline_status=status)

    answer = press(client, team, verb)

    assert said in answer.text
    assert status_of(team) == status
    assert not PipelineTransition.objects.filter(team_id=team.pk).exists()


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
