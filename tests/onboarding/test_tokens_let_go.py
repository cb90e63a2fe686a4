"""A sign-in's token that the team no longer uses is revoked at GitHub, however it came to that."""

from datetime import timedelta

import httpx
import pytest
import time_machine
from django.utils import timezone

from apps.github.models import Connection, TrackedRepository
from apps.onboarding import pending
from tests.onboarding.at_github import connect_by_sign_in, url

pytestmark = pytest.mark.django_db


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
