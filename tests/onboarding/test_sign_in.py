"""Signing in connects the team: asking for no more than agreed, and saying what was not granted."""

import hashlib
from base64 import urlsafe_b64encode

import pytest

from apps.github.models import Connection
from apps.onboarding import visits
from apps.onboarding.visits import Purpose
from apps.sandbox import grants
from tests.onboarding.at_github import (
    CALLBACK,
    at_github,
    back,
    connect_by_sign_in,
    leave,
    query_of,
    url,
)

pytestmark = pytest.mark.django_db


def test_who_signs_in_connects_the_team(client, fresh, oauth_app):
    answer = connect_by_sign_in(client, fresh)

    assert answer.headers["Location"] == url("repositories", fresh)
    connection = Connection.objects.get(team=fresh)
    assert (connection.kind, connection.scopes) == ("oauth", "repo,read:org")
    assert connection.viewer_id == oauth_app.grants.visitor.database_id
    assert connection.token.startswith("gho_")
    assert "northwind-labs/harbor" in client.get(url("repositories", fresh)).text


# --- S-028, S-034: what GitHub is asked -----------------------------------------------------------


def test_an_oauth_app_asks_for_the_agreed_scopes_and_nothing_else(client, fresh, oauth_app):
    """S-034, S-028: the exact parameters; the challenge is S256 of a verifier that stays here."""
    asked = query_of(leave(client, fresh))

    visit = client.session[visits.KEYS[Purpose.SIGN_IN]]
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
    session[visits.KEYS[Purpose.SIGN_IN]] |= {"verifier": verifier}
    session.save()

    back(client, location)

    assert not Connection.objects.exists()


# --- S-029: a refusal at GitHub -------------------------------------------------------------------


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


# --- S-033: less than was asked for ---------------------------------------------------------------


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


# --- Not configured -------------------------------------------------------------------------------


def test_a_way_that_is_not_configured_is_neither_shown_nor_open(client, fresh, github):
    shown = client.get(url("connect", fresh)).text

    assert "Sign in at GitHub" not in shown
    assert "Install the GitHub App" not in shown
    for step in ("sign_in", "install", "use_installed"):
        assert client.post(url(step, fresh)).status_code == 404
