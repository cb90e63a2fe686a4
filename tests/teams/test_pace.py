"""A team's buttons may be pressed so often, by all its admins together (S-098)."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from apps.accounts.models import CountedAct
from apps.accounts.pace import LIMITS
from apps.teams.access import administered_team
from apps.teams.pace import count_for, paced
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

MOST, _ = LIMITS["jira"]


@paced("jira")
def button(request, slug):
    administered_team(request.user, slug)
    return HttpResponse("done")


def press(user, slug, method="post", **headers):
    request = getattr(RequestFactory(), method)("/", headers={"Accept": "text/html"} | headers)
    request.user = user
    return button(request, slug)


@pytest.fixture
def member():
    return MembershipFactory()


@pytest.fixture
def tired(member):
    """A team whose button was pressed as often as it may be."""
    for _ in range(MOST):
        assert press(member.user, member.team.slug).status_code == 200
    return member


def test_a_button_pressed_a_hundred_times_answers_429_with_the_time(tired):
    answer = press(tired.user, tired.team.slug)

    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "That was too often. Try again in" in answer.text


def test_admins_count_together_and_teams_apart(tired):
    colleague = MembershipFactory(team=tired.team).user
    elsewhere = MembershipFactory(user=tired.user).team

    assert press(colleague, tired.team.slug).status_code == 429
    assert press(tired.user, elsewhere.slug).status_code == 200


def test_looking_is_not_pressing(tired):
    assert press(tired.user, tired.team.slug, "get").status_code == 200


def test_a_stranger_keeps_no_team_waiting_and_learns_of_none(tired):
    before = CountedAct.objects.count()

    with pytest.raises(Http404):
        press(UserFactory(), tired.team.slug)

    assert CountedAct.objects.count() == before


def test_a_member_who_may_not_press_keeps_no_admin_waiting(member):
    """S-098: refused anyway, their posts must not use up what the team may do."""
    idle = MembershipFactory(team=member.team, role="member")
    for _ in range(MOST + 1):
        with pytest.raises(PermissionDenied):
            press(idle.user, member.team.slug)

    assert press(member.user, member.team.slug).status_code == 200


def test_htmx_and_programs_get_the_sentence_without_a_page(tired):
    fragment = press(tired.user, tired.team.slug, HX_Request="true")
    program = press(tired.user, tired.team.slug, Accept="application/json")

    assert (fragment.status_code, program.status_code) == (429, 429)
    assert fragment.headers["Content-Type"] == "text/plain"
    assert set(json.loads(program.text)) == {"error", "retry_after"}


@pytest.mark.parametrize(
    ("action", "name", "more"),
    [
        ("ask_again", "dashboard:ask_again", [1]),
        ("import", "onboarding:skip", ["jira"]),
        ("connect", "onboarding:connect", []),
        ("connect", "onboarding:try_stored", []),
        ("connect", "onboarding:sign_in", []),
        ("connect", "onboarding:install", []),
        ("connect", "onboarding:use_installed", []),
    ],
)
def test_what_costs_requests_or_money_is_limited(client, member, action, name, more):
    """S-098: each of the sites' buttons, not only those of the settings."""
    for _ in range(LIMITS[action][0]):
        count_for(member.team, action)
    client.force_login(member.user)

    assert client.post(reverse(name, args=[member.team.slug, *more])).status_code == 429
