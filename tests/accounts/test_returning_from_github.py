"""Who is not expected back from GitHub does not come in, and is told so in a sentence."""

import httpx
import pytest
import time_machine
from allauth.socialaccount.internal.statekit import STATES_SESSION_KEY
from django.test import Client
from django.urls import reverse

from apps.accounts.at_github import DENIED, FAILED
from tests.accounts.ways_in import (
    CALLBACK,
    LOGIN,
    agree,
    come_back,
    leave_for_github,
    query_of,
    sign_in_with_github,
    signed_in,
    told,
)

pytestmark = pytest.mark.django_db


def test_who_says_no_at_github_is_told_so_plainly(client, oauth_app):
    """S-029: what the address claims that GitHub said is not repeated."""
    state = query_of(leave_for_github(client))["state"]
    said = {"error": "access_denied", "error_description": "<script>alert(1)</script>"}

    answer = come_back(client, {"state": state, **said})

    assert answer.headers["Location"] == LOGIN
    page = told(client)
    assert DENIED in page
    assert "alert(1)" not in page
    assert oauth_app.grants.exchanges == 0


@pytest.mark.parametrize(
    "change",
    [{"state": "made-up"}, {"state": None}, {"code": None}, {"code": "made-up"}],
    ids=["another state", "no state", "no code", "another code"],
)
def test_who_was_not_expected_back_does_not_come_in(client, oauth_app, change):
    """S-026"""
    query = agree(leave_for_github(client)) | change

    come_back(client, {name: value for name, value in query.items() if value is not None})

    assert FAILED in told(client)
    assert signed_in(client) is None


def test_a_way_back_is_good_once_in_the_browser_that_left_and_for_ten_minutes(client, oauth_app):
    """S-016, S-026, S-027: login by somebody else's code as well."""
    query = agree(leave_for_github(client))
    stranger = Client()
    come_back(stranger, query)
    assert signed_in(stranger) is None

    come_back(client, query)
    assert signed_in(client)
    client.logout()
    come_back(client, query)
    assert signed_in(client) is None

    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as clock:
        late = agree(leave_for_github(client))
        clock.shift(601)
        come_back(client, late)
    assert signed_in(client) is None


def test_with_another_verifier_nobody_comes_in(client, oauth_app):
    """S-028: whoever has stolen a code has nothing."""
    query = agree(leave_for_github(client))
    session = client.session
    kept, *when = session[STATES_SESSION_KEY][query["state"]]
    session[STATES_SESSION_KEY] = {query["state"]: (kept | {"pkce_code_verifier": "x" * 43}, *when)}
    session.save()

    come_back(client, query)

    assert FAILED in told(client)
    assert signed_in(client) is None


@pytest.mark.parametrize("fault", ["502", "reset", "empty", "timeout"])
def test_a_github_that_fails_is_a_sentence_and_no_error(client, oauth_app, fault):
    query = agree(leave_for_github(client))
    httpx.post(f"{oauth_app.github_url}/__control", json={"faults": {fault: 1.0}})

    come_back(client, query)

    assert FAILED in told(client)
    assert signed_in(client) is None


def test_a_github_that_is_not_there_is_a_sentence_too(client, oauth_app, settings, caplog):
    query = agree(leave_for_github(client))
    settings.GITHUB_WEB_URL = "http://127.0.0.1:9"

    come_back(client, query)

    assert FAILED in told(client)
    assert query["code"] not in caplog.text


def test_a_site_that_github_does_not_know_lets_nobody_in(client, oauth_app, settings, caplog):
    settings.GITHUB_CLIENT_SECRET = "mistyped"

    sign_in_with_github(client)

    assert FAILED in told(client)
    assert "mistyped" not in caplog.text


def test_what_is_not_configured_is_neither_shown_nor_open(client):
    assert "GitHub</button>" not in client.get(LOGIN).text
    assert client.post(reverse("accounts:github")).status_code == 404
    assert client.get(CALLBACK).status_code == 404


def test_the_page_lets_its_form_lead_to_github_and_others_do_not(client, oauth_app, settings):
    policies = [
        client.get(page).headers["Content-Security-Policy"]
        for page in (LOGIN, reverse("accounts:password"))
    ]

    assert f"form-action 'self' {settings.GITHUB_WEB_URL}" in policies[0]
    assert "form-action 'self';" in policies[1] + ";"
