"""The health of a team's connection, as its settings tell it."""

import pytest

from apps.github.models import Connection, Delivery, TrackedRepository
from apps.teams.models import Membership
from tests.factories import MembershipFactory
from tests.onboarding.test_settings_repositories import url, words_of

pytestmark = pytest.mark.django_db


def shown(client, team):
    return words_of(client.get(url("settings_connection", team)))


def test_it_says_how_github_is_reached_and_when_that_has_worked_last(client, reading):
    TrackedRepository.objects.update(last_synced_at="2026-01-01T00:04:00Z", github_id=7)

    words = shown(client, reading)

    assert "The connection is open." in words
    viewer = Connection.objects.get(team=reading).viewer_login
    assert f"The sign-in of {viewer} at GitHub" in words
    assert "Last read successfully 1 Jan 2026, 00:04 (UTC)" in words
    assert "northwind-labs (organisation)" in words


def test_it_says_when_a_webhook_was_heard_last(client, reading, settings):
    settings.GITHUB_WEBHOOK_SECRET = ""
    assert "Not set up on this installation." in shown(client, reading)
    settings.GITHUB_WEBHOOK_SECRET = "secret"
    assert "Nothing heard in the last 30 days." in shown(client, reading)
    TrackedRepository.objects.update(github_id=7)
    for number, delivery in enumerate(("pull_request", "pull_request_review")):
        Delivery.objects.create(delivery_id=number, event=delivery, repository_id=7)
    Delivery.objects.create(delivery_id="other", event="repository", repository_id=8)

    assert "(pull_request_review)" in shown(client, reading)


def test_it_says_what_was_not_granted_and_why_it_is_closed(client, reading):
    Connection.objects.update(scopes="repo")
    assert "Without the scope “read:org”" in shown(client, reading)

    Connection.objects.update(closed_because="GitHub no longer accepts it. Reconnect GitHub.")
    words = shown(client, reading)

    assert "GitHub no longer accepts it. Reconnect GitHub." in words
    assert "The connection is open." not in words
    assert "Ask GitHub now" not in words


def test_github_is_asked_when_an_admin_wants_it(client, reading):
    answer = client.post(url("settings_check", reading), follow=True)

    assert "GitHub answers." in words_of(answer)
    assert "requests of this hour are left" in words_of(answer)


def test_a_way_that_github_refuses_then_is_closed(client, reading, oauth_app):
    connection = Connection.objects.get(team=reading)
    connection.token = "gho_revoked"
    connection.save()

    answer = client.post(url("settings_check", reading), follow=True)

    assert "Reconnect GitHub" in words_of(answer)
    connection.refresh_from_db()
    assert not connection.is_open


def test_without_a_connection_it_says_so(client, fresh):
    assert "GitHub is not connected. Connect GitHub" in shown(client, fresh)
    answer = client.post(url("settings_check", fresh), follow=True)
    assert "GitHub is not connected. Connect it first." in words_of(answer)


def test_a_member_sees_the_health_and_no_secret(client, reading):
    client.force_login(MembershipFactory(team=reading, role=Membership.Role.MEMBER).user)

    words = shown(client, reading)

    assert "The connection is open." in words
    assert "Ask GitHub now" not in words
    assert Connection.objects.get(team=reading).token not in words
    assert client.post(url("settings_check", reading)).status_code == 403
