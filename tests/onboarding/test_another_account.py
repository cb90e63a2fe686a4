"""S-032: who returns as somebody else is asked first, and until then nothing changes."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.github.models import Connection
from tests.factories import MembershipFactory
from tests.onboarding.at_github import connect_by_sign_in, url

pytestmark = pytest.mark.django_db


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
