"""Steps and links around a page of the way in: of a team that is new, and of one that is not."""

import pytest
from django.urls import reverse

from apps.github.models import Connection
from apps.pipeline.rows import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_use(team):
    """Complete, with an open dashboard."""
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status="complete", phase1_completed_at="2026-06-01T12:00:00Z"
    )
    return team


def page(client, name, team):
    return client.get(reverse(f"onboarding:{name}", args=[team.slug]))


def test_a_second_connection_is_not_step_1_again_and_leads_back(client, in_use):
    shown = page(client, "connect", in_use).text

    assert 'id="steps"' not in shown
    assert f'href="{reverse("dashboard:overview", args=[in_use.slug])}"' in shown
    assert f'href="{reverse("onboarding:status", args=[in_use.slug])}"' in shown


def test_another_choice_is_not_step_2_again_and_leads_back(client, in_use, github):
    Connection.objects.create(
        team=in_use, token=github.token, viewer_login="mira-okafor", account_login="northwind-labs"
    )

    shown = page(client, "repositories", in_use).text

    assert "Change repositories" in shown
    assert 'id="steps"' not in shown
    assert f'href="{reverse("dashboard:overview", args=[in_use.slug])}"' in shown


def test_a_new_team_sees_its_steps_and_no_links_to_what_is_not_there(client, fresh):
    shown = page(client, "connect", fresh).text

    assert 'id="steps"' in shown
    assert 'id="team-nav"' not in shown


def test_before_the_dashboard_a_lost_connection_is_step_1_again(client, fresh):
    Connection.objects.create(team=fresh, closed_because="GitHub was disconnected.")

    answer = page(client, "repositories", fresh)

    assert answer.headers["Location"] == reverse("onboarding:connect", args=[fresh.slug])
