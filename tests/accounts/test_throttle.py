"""Guessing a password is slow, and knows no difference between names that exist and others."""

import pytest
import time_machine
from django.urls import reverse

from apps.accounts.models import CountedAct
from apps.accounts.pace import LIMITS
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

GOOD, WRONG = "a long enough password", "a guess"
WAIT = "Too many wrong passwords. Try again in 10 minutes."


def sign_in(client, username="mira", *, password=WRONG, at="accounts:password", **extra):
    return client.post(reverse(at), {"username": username, "password": password}, **extra)


@pytest.fixture
def clock():
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def mira(clock):
    return UserFactory(username="mira", password=GOOD, is_staff=True)


@pytest.mark.parametrize("at", ["accounts:password", "admin:login"])
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

    for _ in range(10):
        assert WAIT not in sign_in(client).text


def test_others_are_not_held_up(client, mira):
    for _ in range(11):
        sign_in(client)

    assert WAIT not in sign_in(client, "noor").text
    assert WAIT not in sign_in(client, REMOTE_ADDR="192.0.2.7").text


def test_what_was_typed_as_a_name_is_not_kept(client, mira):
    sign_in(client, "my secret password")

    assert "secret" not in str(list(CountedAct.objects.values()))


def test_an_account_is_guessed_from_many_places_only_so_often(client, mira):
    """S-096: 1,000 guesses for one account, each from another address."""
    most, _ = LIMITS["password_for"]
    for n in range(most):
        sign_in(client, REMOTE_ADDR=f"192.0.2.{n}")

    assert "Try again in 60 minutes." in sign_in(client, REMOTE_ADDR="198.51.100.1").text
    assert "Too many" not in sign_in(client, "noor", REMOTE_ADDR="198.51.100.1").text


def test_one_place_alone_shuts_nobody_out_of_their_account(client, mira):
    """Guesses that were refused unheard count for nobody but who has sent them."""
    most, _ = LIMITS["password_for"]
    for _ in range(most):
        sign_in(client)

    sign_in(client, password=GOOD, REMOTE_ADDR="192.0.2.7")

    assert "_auth_user_id" in client.session


def test_one_place_guesses_many_accounts_only_so_often(client, mira):
    """S-096: 1,000 accounts, each with one guess."""
    most, _ = LIMITS["password_from"]
    for n in range(most):
        sign_in(client, f"person{n}")

    assert WAIT in sign_in(client, "one more").text
    assert "Too many" not in sign_in(client, "one more", REMOTE_ADDR="192.0.2.7").text


def test_what_a_visitor_claims_of_the_way_here_does_not_count(client, mira):
    """S-094: the limit still counts the real address."""
    for n in range(10):
        sign_in(client, headers={"X-Forwarded-For": f"192.0.2.{n}"})

    assert WAIT in sign_in(client, headers={"X-Forwarded-For": "1.2.3.4"}).text
