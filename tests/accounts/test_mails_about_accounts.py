"""The mail with the link: what it says, when it cannot go, and how many go."""

import smtplib

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.mails import NOT_SENT
from apps.accounts.models import CountedAct
from apps.accounts.pace import LIMITS
from tests.accounts.ways_in import LOGIN, ask_for_link, mailed_link

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("email", ["", "mira", "mira@", "a@b@c.example", "x@example.org\nBcc: y@z"])
def test_what_is_no_address_is_said_at_once(client, email):
    answer = client.post(LOGIN, {"email": email})

    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert not mail.outbox


class Broken:
    """A mail backend that fails as `failure` says."""

    failure: Exception

    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (ConnectionRefusedError(), NOT_SENT),
        (TimeoutError(), NOT_SENT),
        (smtplib.SMTPServerDisconnected("gone"), NOT_SENT),
        (smtplib.SMTPAuthenticationError(535, b"no"), NOT_SENT),
        (smtplib.SMTPRecipientsRefused({"x": (550, b"no such user")}), "Is it spelt right?"),
    ],
)
def test_a_mail_server_that_fails_is_a_sentence_and_no_error(client, settings, failure, sentence):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    Broken.failure = failure

    answer = client.post(LOGIN, {"email": "mira@example.org"})

    assert answer.status_code == 200
    assert sentence in answer.text
    assert "mira@example.org" in answer.text  # what was typed is still there


def test_nobody_s_mailbox_is_filled(client):
    """S-096: from however many places."""
    most, _ = LIMITS["sign_in_mail"]
    for n in range(most):
        Client(REMOTE_ADDR=f"192.0.2.{n}").post(LOGIN, {"email": "mira@example.org"})

    answer = client.post(LOGIN, {"email": "Mira@example.org"})

    assert "That was too often. Try again in 15 minutes." in answer.text
    assert len(mail.outbox) == most


def test_nobody_has_mails_sent_to_all_the_world(client):
    """S-096"""
    most, _ = LIMITS["sign_in_mail_from"]
    for n in range(most):
        client.post(LOGIN, {"email": f"person{n}@example.org"})

    assert "too often" in client.post(LOGIN, {"email": "one.more@example.org"}).text
    assert len(mail.outbox) == most
    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert client.post(LOGIN, {"email": "one.more@example.org"}).status_code == 302


def test_guessing_links_has_an_end(client):
    most, _ = LIMITS["sign_in"]
    guesses = [client.post(reverse("accounts:link", args=["x" * 43])) for _ in range(most + 1)]

    assert [guess.status_code for guess in guesses] == [400] * most + [429]
    assert CountedAct.objects.count() == most


def test_the_mail_says_what_it_is_and_what_to_do_if_it_was_not_you(client):
    ask_for_link(client)

    text = mail.outbox[-1].body
    assert "sign in to Mergelight as mira@example.org" in text
    assert mailed_link() in text
    assert "good once, for 15 minutes" in text
    assert "If it was not you, do nothing" in text
