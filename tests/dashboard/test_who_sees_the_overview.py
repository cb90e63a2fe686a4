"""A team's own people see its overview from phase 2 on, and its admins can ask for an update."""

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.github.models import Connection
from apps.pipeline.rows import rows
from tests.dashboard.overview import page
from tests.factories import MembershipFactory, TeamFactory

pytestmark = pytest.mark.django_db


def test_before_the_end_of_phase_1_it_leads_to_the_status_page(client, team):
    rows().filter(pk=team.pk).update(phase1_completed_at=None)

    answer = page(client, team)

    assert answer.headers["Location"] == reverse("onboarding:status", args=[team.slug])


def test_it_stays_open_while_a_new_run_reads_everything_again(client, team):
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="syncing")

    assert page(client, team).status_code == 200


def test_a_foreign_dashboard_looks_like_none(client, team):
    foreign = TeamFactory(slug="foreign", name="Canary", phase1_completed_at=timezone.now())

    answer = page(client, foreign)
    missing = client.get(reverse("dashboard:overview", args=["missing"]))

    assert answer.status_code == missing.status_code == 404
    assert answer.content == missing.content


def test_a_plain_member_sees_it(client, team):
    team.memberships.update(role="member")

    assert page(client, team).status_code == 200


def test_no_cache_keeps_a_team_page(client, team):
    assert page(client, team).headers["Cache-Control"] == "private, no-store"


def test_a_person_of_two_teams_sees_each_teams_own_numbers(client, team, merged):
    merged(7)
    other = MembershipFactory(
        user=team.people.get(), team__slug="other", team__phase1_completed_at=timezone.now()
    ).team

    assert page(client, other).context["overview"].cards[0].figure.n == 0
    assert page(client, team).context["overview"].cards[0].figure.n == 7


@pytest.mark.parametrize(("role", "offered"), [("admin", True), ("member", False)])
def test_an_update_can_be_asked_for_by_admins_once_nothing_runs(client, team, role, offered):
    update = reverse("onboarding:move", args=[team.slug, "refresh"])
    assert update not in page(client, team).text
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    team.memberships.update(role=role)

    assert (update in page(client, team).text) == offered


def test_a_closed_way_to_github_is_told_and_no_update_is_offered(client, team, merged):
    merged(1)
    rows().filter(pk=team.pk).update(onboarding_pipeline_status="complete")
    Connection.objects.create(team=team, closed_because="GitHub was disconnected.")

    shown = page(client, team).text

    assert "GitHub was disconnected. Until then nothing new is read; what was read stays." in shown
    assert f'href="{reverse("onboarding:connect", args=[team.slug])}"' in shown
    assert reverse("onboarding:move", args=[team.slug, "refresh"]) not in shown
