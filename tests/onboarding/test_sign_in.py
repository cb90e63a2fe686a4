"""Signing in at GitHub and back: who may return, once, and with what the team is then connected."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import timedelta

import httpx
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.github.models import Connection, TrackedRepository
from apps.onboarding import pending, visits
from apps.sandbox import grants
from apps.teams.models import Membership
from tests.factories import MembershipFactory, UserFactory
from tests.onboarding.at_github import at_github, back, connect_by_sign_in, leave, query_of, url

pytestmark = pytest.mark.django_db

CALLBACK = reverse("onboarding:github_callback")
REFUSED = "You were not expected back from GitHub"


def test_who_signs_in_connects_the_team(client, fresh, oauth_app):
    answer = connect_by_sign_in(client, fresh)

    assert answer.headers["Location"] == url("repositories", fresh)
    connection = Connection.objects.get(team=fresh)
    assert (connection.kind, connection.scopes) == ("oauth", "repo,read:org")
    assert connection.viewer_id == oauth_app.grants.visitor.database_id
    assert connection.token.startswith("gho_")
    assert "northwind-labs/harbor" in client.get(url("repositories", fresh)).text


# --- S-026: who may return ----------------------------------------------------------------------


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
    session[visits.KEY] |= {"user_id": UserFactory().pk}
    session.save()

    assert back(client, location).status_code == 400
    assert oauth_app.grants.exchanges == 0


@pytest.mark.parametrize(("seconds", "status"), [(590, 302), (610, 400), (-5, 400)])
def test_after_ten_minutes_nobody_is_expected_back(client, fresh, oauth_app, seconds, status):
    """S-026"""
    location = at_github(leave(client, fresh))
    session = client.session
    session[visits.KEY] |= {"begun_at": session[visits.KEY]["begun_at"] - seconds}
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


# --- S-028, S-034: what GitHub is asked ----------------------------------------------------------


def test_an_oauth_app_asks_for_the_agreed_scopes_and_nothing_else(client, fresh, oauth_app):
    """S-034, S-028: the exact parameters; the challenge is S256 of a verifier that stays here."""
    asked = query_of(leave(client, fresh))

    visit = client.session[visits.KEY]
    digest = hashlib.sha256(visit["verifier"].encode()).digest()
    assert asked == {
        "client_id": grants.CLIENT_ID,
        "redirect_uri": f"http://testserver{CALLBACK}",
        "scope": "repo read:org",
        "state": visit["state"],
        "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    assert len(visit["state"]) >= 43  # 256 bits in base64
    assert 43 <= len(visit["verifier"]) <= 128  # RFC 7636


def test_a_github_app_asks_for_no_scope(client, fresh, github_app):
    """S-034"""
    asked = query_of(leave(client, fresh))

    assert asked.keys() == {
        "client_id",
        "redirect_uri",
        "state",
        "code_challenge",
        "code_challenge_method",
    }


@pytest.mark.parametrize("verifier", ["", "altered"])
def test_with_another_verifier_there_is_no_token(client, fresh, oauth_app, verifier):
    """S-028: whoever has stolen a code has nothing."""
    location = at_github(leave(client, fresh))
    session = client.session
    session[visits.KEY] |= {"verifier": verifier}
    session.save()

    back(client, location)

    assert not Connection.objects.exists()


# --- S-029: a refusal at GitHub -----------------------------------------------------------------


def test_who_says_no_at_github_is_told_so_plainly(client, fresh, oauth_app):
    """S-029: what the address claims that GitHub said is not repeated, not even escaped."""
    state = query_of(leave(client, fresh))["state"]
    said = {"error": "access_denied", "error_description": "<script>alert(1)</script>"}

    answer = client.get(CALLBACK, {"state": state, **said}, follow=True)

    assert "GitHub was not told to let Mergelight in, so nothing has changed." in answer.text
    assert "alert(1)" not in answer.text
    assert oauth_app.grants.exchanges == 0


def test_an_unknown_error_is_a_plain_sentence_too(client, fresh, oauth_app):
    state = query_of(leave(client, fresh))["state"]

    answer = client.get(CALLBACK, {"state": state, "error": "<b>odd</b>"}, follow=True)

    assert "GitHub has not let Mergelight in. Please begin again." in answer.text
    assert "odd" not in answer.text


def test_a_site_that_github_does_not_know_says_whose_fault_it_is(
    client, fresh, oauth_app, settings
):
    settings.GITHUB_CLIENT_SECRET = "mistyped"

    connect_by_sign_in(client, fresh)

    assert "Whoever runs this site has to correct it." in client.get(url("connect", fresh)).text


# --- S-032: somebody else returns ---------------------------------------------------------------


@pytest.fixture
def reading(client, fresh, oauth_app):
    """The team, connected by the first member, with a repository of the organisation chosen."""
    connect_by_sign_in(client, fresh)
    organization = oauth_app.world.organization
    Connection.objects.update(
        account_login=organization.login,
        account_id=organization.database_id,
        account_type="organization",
    )
    TrackedRepository.objects.create(team=fresh, name_with_owner="northwind-labs/harbor")
    return fresh


def test_the_same_account_is_not_asked_about_even_under_a_new_login(client, reading):
    """S-032: by number, not by login."""
    Connection.objects.update(viewer_login="renamed-since")

    assert connect_by_sign_in(client, reading).headers["Location"] != url("confirm", reading)
    assert Connection.objects.get().viewer_login == "mira-okafor"


def test_another_account_is_asked_about_and_nothing_mixes(client, reading, oauth_app):
    """S-032"""
    before = Connection.objects.get()
    oauth_app.grants.visitor = oauth_app.world.members[1]

    answer = connect_by_sign_in(client, reading)

    assert answer.headers["Location"] == url("confirm", reading)
    assert Connection.objects.get().token == before.token
    shown = client.get(url("confirm", reading))
    assert "mira-okafor" in shown.text
    assert "tomasz-wren" in shown.text

    client.post(url("confirm", reading), {"choice": "0"})

    after = Connection.objects.get()
    assert after.viewer_login == "tomasz-wren"
    assert after.account_login == "northwind-labs"
    assert after.token != before.token


def test_who_thinks_again_leaves_everything_as_it_is(client, reading, oauth_app):
    """S-032: and the token that is not wanted is revoked at GitHub."""
    before = Connection.objects.get()
    oauth_app.grants.visitor = oauth_app.world.members[1]
    connect_by_sign_in(client, reading)
    tokens = oauth_app.grants.good_tokens()

    client.post(url("confirm", reading), {"choice": "none"})

    assert Connection.objects.get().token == before.token
    assert oauth_app.grants.good_tokens() == tokens - 1
    assert client.get(url("confirm", reading)).headers["Location"] == url("connect", reading)


def test_a_question_that_nobody_answers_leaves_no_token_alive(client, reading, oauth_app):
    """Where the person comes back after the ten minutes, even to no answer."""
    oauth_app.grants.visitor = oauth_app.world.members[1]
    connect_by_sign_in(client, reading)
    tokens = oauth_app.grants.good_tokens()

    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        client.get(url("connect", reading))

    assert oauth_app.grants.good_tokens() == tokens - 1
    assert pending.KEY not in client.session


def test_a_second_question_ends_the_token_of_the_first(client, reading, oauth_app):
    oauth_app.grants.visitor = oauth_app.world.members[1]
    connect_by_sign_in(client, reading)
    tokens = oauth_app.grants.good_tokens()

    connect_by_sign_in(client, reading)

    assert oauth_app.grants.good_tokens() == tokens


def test_a_sign_in_ends_the_token_of_the_one_before(client, reading, oauth_app):
    tokens = oauth_app.grants.good_tokens()
    before = Connection.objects.get().token

    connect_by_sign_in(client, reading)

    assert Connection.objects.get().token != before
    assert oauth_app.grants.good_tokens() == tokens


def test_a_pasted_token_ends_that_of_the_sign_in_and_outlives_the_next(client, fresh, oauth_app):
    """A pasted one is its owner's, who may use it elsewhere."""
    connect_by_sign_in(client, fresh)
    client.post(url("connect", fresh), {"token": oauth_app.token})
    assert oauth_app.grants.good_tokens() == 0

    connect_by_sign_in(client, fresh)

    headers = {"Authorization": f"Bearer {oauth_app.token}"}
    assert httpx.get(f"{oauth_app.github_url}/user", headers=headers).status_code == 200


def test_a_sign_in_that_does_not_see_the_teams_account_leaves_no_token_alive(
    client, reading, oauth_app
):
    Connection.objects.update(account_login="somebody-elses")
    tokens = oauth_app.grants.good_tokens()

    answer = connect_by_sign_in(client, reading)

    assert answer.headers["Location"] == url("connect", reading)
    assert oauth_app.grants.good_tokens() == tokens


def test_a_login_that_somebody_else_has_taken_is_asked_about(client, reading):
    """S-032: an account of another number under the old name."""
    Connection.objects.update(viewer_id=1)

    assert connect_by_sign_in(client, reading).headers["Location"] == url("confirm", reading)


def test_a_pasted_token_of_somebody_else_is_asked_about_too(client, reading, oauth_app):
    """S-032"""
    Connection.objects.update(viewer_id=1)

    answer = client.post(url("connect", reading), {"token": oauth_app.token})

    assert answer.headers["Location"] == url("confirm", reading)
    assert Connection.objects.get().kind == "oauth"


def test_a_question_waits_ten_minutes_and_for_its_own_team(client, person, reading):
    other = MembershipFactory(user=person, team__slug="other").team
    Connection.objects.update(viewer_id=1)
    connect_by_sign_in(client, reading)

    assert client.post(url("confirm", other), {"choice": "0"}).status_code == 302
    assert not Connection.objects.filter(team=other).exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        client.post(url("confirm", reading), {"choice": "0"})
    assert Connection.objects.get(team=reading).viewer_id == 1


# --- S-033: less than was asked for -------------------------------------------------------------


def test_what_was_not_granted_is_named_and_the_rest_works(client, fresh, oauth_app):
    """S-033"""
    oauth_app.grants.granted_scopes = "read:org"

    answer = connect_by_sign_in(client, fresh)

    assert answer.headers["Location"] == url("repositories", fresh)
    shown = client.get(url("connect", fresh)).text
    assert "Without the scope “repo”, private repositories are not read." in shown
    assert "read:org”" not in shown
    assert "northwind-labs/harbor" in client.get(url("repositories", fresh)).text


def test_a_larger_scope_includes_the_smaller_one(client, fresh, oauth_app):
    oauth_app.grants.granted_scopes = "repo admin:org"

    connect_by_sign_in(client, fresh)

    assert "granted less" not in client.get(url("connect", fresh)).text


# --- S-035: where one ends up -------------------------------------------------------------------


@pytest.mark.parametrize("evil", ["//evil.com", "https://evil.com", "/\\evil.com"])
def test_no_address_leads_away(client, fresh, oauth_app, evil):
    """S-035: on the way to GitHub, on the way back, and at the login."""
    location = leave(client, fresh)
    assert evil not in location

    answer = back(client, at_github(location), next=evil)
    assert answer.headers["Location"] == url("repositories", fresh)

    user = UserFactory()
    login = {"username": user.username, "password": "a long enough password"}
    answer = Client().post(reverse("accounts:login") + f"?next={evil}", {**login, "next": evil})
    assert answer.headers["Location"] == reverse("onboarding:home")


def test_who_has_to_sign_in_first_is_not_shown_the_page(oauth_app):
    answer = Client().get(CALLBACK, {"code": "x", "state": "y"})

    assert answer.headers["Location"].startswith(reverse("accounts:login"))


# --- Leaving ------------------------------------------------------------------------------------


def test_disconnecting_forgets_and_revokes_the_token_and_keeps_what_was_read(
    client, reading, oauth_app
):
    token = Connection.objects.get().token

    client.post(url("disconnect", reading))

    gone = Connection.objects.get()
    assert (gone.token, gone.refresh_token, gone.token_hint) == ("", "", "")
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{oauth_app.github_url}/user", headers=headers).status_code == 401
    assert TrackedRepository.objects.filter(team=reading).exists()
    assert "GitHub was disconnected." in client.get(url("connect", reading)).text
    assert client.get("/").headers["Location"] == url("connect", reading)


def test_a_way_that_is_not_configured_is_neither_shown_nor_open(client, fresh, github):
    shown = client.get(url("connect", fresh)).text

    assert "Sign in at GitHub" not in shown
    assert "Install the GitHub App" not in shown
    for step in ("sign_in", "install", "use_installed"):
        assert client.post(url(step, fresh)).status_code == 404
