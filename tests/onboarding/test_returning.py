"""Only who left for GitHub returns, once and in time, and to no address but ours."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.github.models import Connection
from apps.onboarding import visits
from apps.onboarding.visits import Purpose
from apps.teams.models import Membership
from tests.factories import MembershipFactory, UserFactory
from tests.onboarding.at_github import CALLBACK, at_github, back, leave, query_of, url

pytestmark = pytest.mark.django_db

REFUSED = "You were not expected back from GitHub"


# --- S-026, S-027: who may return -----------------------------------------------------------------


@pytest.mark.parametrize("state", [None, "", "guessed", "gëraten"])
def test_without_the_right_state_nothing_is_exchanged(client, fresh, oauth_app, state):
    """S-026: no state, or a wrong one."""
    location = at_github(leave(client, fresh))

    answer = back(client, location, state=state)

    assert answer.status_code == 400
    assert REFUSED in answer.text
    assert oauth_app.grants.exchanges == 0
    assert not Connection.objects.exists()


def test_a_state_is_good_once(client, fresh, oauth_app):
    """S-026, S-027: the second return is refused, and the first token stays."""
    location = at_github(leave(client, fresh))
    back(client, location)
    token = Connection.objects.get(team=fresh).token

    answer = back(client, location)

    assert answer.status_code == 400
    assert oauth_app.grants.exchanges == 1
    assert Connection.objects.get(team=fresh).token == token


def test_a_used_code_with_a_fresh_state_is_refused_and_the_first_token_stays(
    client, fresh, oauth_app
):
    """S-027: GitHub itself takes a code once."""
    first = at_github(leave(client, fresh))
    back(client, first)
    token = Connection.objects.get(team=fresh).token

    second = at_github(leave(client, fresh))
    answer = back(client, second, code=query_of(first)["code"])

    assert answer.headers["Location"] == url("connect", fresh)
    assert "GitHub has not confirmed the sign-in." in client.get(url("connect", fresh)).text
    assert Connection.objects.get(team=fresh).token == token


def test_another_persons_browser_cannot_return(client, fresh, oauth_app):
    """S-026: a foreign state, as in a link that an attacker sends."""
    location = at_github(leave(client, fresh))
    victim = Client()
    victim.force_login(MembershipFactory().user)

    assert back(victim, location).status_code == 400
    assert oauth_app.grants.exchanges == 0


def test_a_visit_belongs_to_the_user_who_began_it(client, fresh, oauth_app):
    """S-026: even where a session should outlive its user."""
    location = at_github(leave(client, fresh))
    session = client.session
    session[visits.KEYS[Purpose.SIGN_IN]] |= {"user_id": UserFactory().pk}
    session.save()

    assert back(client, location).status_code == 400
    assert oauth_app.grants.exchanges == 0


@pytest.mark.parametrize(("seconds", "status"), [(590, 302), (610, 400), (-5, 400)])
def test_after_ten_minutes_nobody_is_expected_back(client, fresh, oauth_app, seconds, status):
    """S-026"""
    location = at_github(leave(client, fresh))
    session = client.session
    session[visits.KEYS[Purpose.SIGN_IN]] |= {
        "begun_at": session[visits.KEYS[Purpose.SIGN_IN]]["begun_at"] - seconds
    }
    session.save()

    assert back(client, location).status_code == status
    assert oauth_app.grants.exchanges == (1 if status == 302 else 0)


def test_who_is_no_admin_any_more_cannot_return(client, person, fresh, oauth_app):
    location = at_github(leave(client, fresh))
    Membership.objects.filter(user=person).update(role=Membership.Role.MEMBER)

    assert back(client, location).status_code == 403
    assert oauth_app.grants.exchanges == 0


def test_without_a_code_nobody_returns(client, fresh, oauth_app):
    location = at_github(leave(client, fresh))

    assert back(client, location, code=None).status_code == 400


def test_only_admins_leave_for_github_and_only_by_a_button(client, fresh, oauth_app):
    assert client.get(url("sign_in", fresh)).status_code == 405
    client.force_login(MembershipFactory(team=fresh, role=Membership.Role.MEMBER).user)
    assert client.post(url("sign_in", fresh)).status_code == 403
    client.force_login(MembershipFactory().user)
    assert client.post(url("sign_in", fresh)).status_code == 404


# --- S-035: where one ends up ---------------------------------------------------------------------


@pytest.mark.parametrize("evil", ["//evil.com", "https://evil.com", "/\\evil.com"])
def test_no_address_leads_away(client, fresh, oauth_app, evil):
    """S-035: on the way to GitHub, on the way back, and at the login."""
    location = leave(client, fresh)
    assert evil not in location

    answer = back(client, at_github(location), next=evil)
    assert answer.headers["Location"] == url("repositories", fresh)

    user = UserFactory()
    login = {"username": user.username, "password": "a long enough password"}
    answer = Client().post(reverse("accounts:password") + f"?next={evil}", {**login, "next": evil})
    assert answer.headers["Location"] == reverse("onboarding:home")


def test_who_has_to_sign_in_first_is_not_shown_the_page(oauth_app):
    answer = Client().get(CALLBACK, {"code": "x", "state": "y"})

    assert answer.headers["Location"].startswith(reverse("accounts:login"))
