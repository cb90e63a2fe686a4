"""The switch of the language model: what follows with it, and who may turn it or set the budget."""

import pytest
from django.urls import reverse

from apps.github.models import Connection
from apps.pipeline.models import PipelineTransition
from apps.pipeline.rows import rows
from tests.dashboard.conftest import NOW
from tests.dashboard.using import budget_of, flip, is_on, url_of, words_of
from tests.factories import TeamFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key")]


def test_switched_off_during_a_run_it_follows_with_the_next_step(client, team):
    words = words_of(flip(client, team, "off"))

    assert not is_on(team)
    assert (
        "The language model is off for this team."
        " The pull requests follow with the next analysis of the run that is under way,"
        " or with the next run."
    ) in words
    assert "Off. Nothing of this team is sent to the language model." in words
    assert "Switch it on" in words
    assert not PipelineTransition.objects.filter(team=team).exists()


def test_a_team_at_rest_is_updated_so_that_its_rows_follow(client, team):
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status="complete", onboarding_pipeline_started_at=NOW
    )

    words = words_of(flip(client, team, "off"))

    assert "An update has begun, and the pull requests follow with it." in words
    (moved,) = PipelineTransition.objects.filter(team=team)
    assert (moved.verb, moved.actor) == ("refresh", team.people.get().username)


def test_a_team_that_cannot_be_updated_is_left_as_it_is(client, team):
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status="complete", onboarding_pipeline_started_at=NOW
    )
    Connection.objects.create(team=team, closed_because="GitHub was disconnected.")

    assert "The pull requests follow with the next run." in words_of(flip(client, team, "off"))
    assert not is_on(team)
    assert not PipelineTransition.objects.filter(team=team).exists()


def test_switched_twice_is_switched_once(client, team):
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    flip(client, team, "off")

    assert "The language model is off for this team already." in words_of(flip(client, team, "off"))
    assert PipelineTransition.objects.filter(team=team).count() <= 1
    flip(client, team, "on")
    assert is_on(team)


@pytest.mark.parametrize("posted", [{}, {"llm_enabled": "toggle"}])
def test_the_switch_has_two_positions(client, team, posted):
    assert client.post(url_of(team, "ai_switch"), posted).status_code == 400
    assert is_on(team)


# --- Who may ---


def test_a_member_sees_it_and_changes_nothing(client, team):
    team.memberships.update(role="member")

    answer = client.get(url_of(team))

    assert "The team's admins can change this." in words_of(answer)
    assert url_of(team, "ai_switch") not in answer.text
    assert "<input" not in answer.text.replace('<input type="hidden" name="csrf', "")
    assert client.post(url_of(team), {"llm_daily_usd": "9"}).status_code == 403
    assert client.post(url_of(team, "ai_switch"), {"llm_enabled": "off"}).status_code == 403
    assert (budget_of(team), is_on(team)) == (None, True)


def test_a_foreign_team_looks_like_none(client, team):
    foreign = TeamFactory(slug="foreign", name="Canary")
    missing = reverse("dashboard:ai_use", args=["missing"])

    answer = client.get(url_of(foreign))

    assert answer.status_code == 404
    assert answer.content == client.get(missing).content
    assert client.post(url_of(foreign), {"llm_daily_usd": "9"}).status_code == 404
    assert client.post(url_of(foreign, "ai_switch"), {"llm_enabled": "off"}).status_code == 404
    assert (budget_of(foreign), is_on(foreign)) == (None, True)


@pytest.mark.parametrize("name", ["ai_use", "ai_switch"])
def test_who_is_not_signed_in_is_led_to_the_login(client, team, name):
    client.logout()

    for answer in (client.get(url_of(team, name)), client.post(url_of(team, name))):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("accounts:login"))


def test_a_get_changes_nothing(client, team):
    assert client.get(url_of(team, "ai_switch"), {"llm_enabled": "off"}).status_code == 405
    client.get(url_of(team), {"llm_daily_usd": "9"})

    assert (budget_of(team), is_on(team)) == (None, True)
