"""Guessing a password is slow, and knows no difference between names that exist and others."""

import pytest
import time_machine
from django.urls import reverse

from apps.accounts.models import FailedSignIn
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

GOOD, WRONG = "a long enough password", "a guess"
WAIT = "Too many wrong passwords. Try again in 10 minutes."


def sign_in(client, username="mira", *, password=WRONG, at="accounts:login", **extra):
    return client.post(reverse(at), {"username": username, "password": password}, **extra)


@pytest.fixture
def clock():
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def mira(clock):
    return UserFactory(username="mira", password=GOOD, is_staff=True)


@pytest.mark.parametrize("at", ["accounts:login", "admin:login"])
@pytest.mark.parametrize("username", ["mira", "nobody"])
def test_ten_wrong_passwords_are_followed_by_a_wait_for_any_name(client, mira, at, username):
    answers = [sign_in(client, username, at=at).text for _ in range(11)]

    assert [WAIT in answer for answer in answers] == [False] * 10 + [True]


def test_while_it_waits_even_the_right_password_does_not_get_in(client, mira):
    for _ in range(10):
        sign_in(client)

    answer = sign_in(client, password=GOOD)

    assert WAIT in answer.text
    assert "_auth_user_id" not in client.session


def test_the_pages_and_the_admin_count_together(client, mira):
    for _ in range(10):
        sign_in(client)

    assert WAIT in sign_in(client, at="admin:login").text


def test_the_wait_ends_and_is_not_made_longer_by_trying(client, mira, clock):
    for _ in range(10):
        sign_in(client)
    clock.shift(9 * 60)
    assert "Try again in 1 minute." in sign_in(client).text
    clock.shift(61)

    sign_in(client, password=GOOD)

    assert "_auth_user_id" in client.session


def test_the_right_password_wipes_the_slate(client, mira):
    for _ in range(9):
        sign_in(client)
    sign_in(client, password=GOOD)

    assert not FailedSignIn.objects.exists()


def test_others_are_not_held_up(client, mira):
    for _ in range(11):
        sign_in(client)

    assert WAIT not in sign_in(client, "noor").text
    assert WAIT not in sign_in(client, REMOTE_ADDR="192.0.2.7").text


def test_what_was_typed_as_a_name_is_not_kept(client, mira):
    sign_in(client, "my secret password")

    assert "secret" not in FailedSignIn.objects.get().key


def test_old_tries_are_swept_away(client, mira, clock):
    sign_in(client)
    clock.shift(601)

    sign_in(client, "noor")

    assert FailedSignIn.objects.count() == 1
