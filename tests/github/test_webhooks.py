"""The door that GitHub knocks at: who is let in, with how much, and of what shape."""

import io

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve

from apps.github import views
from apps.github.models import Delivery
from apps.github.webhooks import signed
from tests.github import hooks
from tests.github.hooks import SECRET, URL, send, sign

pytestmark = pytest.mark.usefixtures("hints")

HELLO = b"Hello, World!"
PUBLISHED = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


# --- Who is let in ------------------------------------------------------------------------------


def test_githubs_published_example_is_signed_and_accepted(client, db):
    """S-037"""
    assert sign(HELLO) == PUBLISHED
    assert send(client, "ping", HELLO, signature=PUBLISHED).status_code == 202


@pytest.mark.parametrize(
    ("why", "signature"),
    [
        ("none", ""),
        ("of another secret", sign(HELLO, "another")),
        ("truncated", PUBLISHED[:-1]),
        ("lengthened", PUBLISHED + "0"),
        ("without its scheme", PUBLISHED.removeprefix("sha256=")),
        ("in capitals", PUBLISHED.upper()),
        ("SHA-1 in its place", "sha1=" + "0" * 40),
        ("of letters that are not ASCII", "sha256=ä"),
    ],
)
def test_a_signature_that_does_not_fit_is_refused_without_an_effect(
    client, web, hints, why, signature
):
    """S-036"""
    body = hooks.pull_request(web)

    assert send(client, "pull_request", body, signature=signature).status_code == 401
    assert send(client, "pull_request", HELLO, signature=signature).status_code == 401
    assert not Delivery.objects.exists()
    assert hints == []


def test_the_older_signature_alone_is_refused(client, web):
    """S-036"""
    reply = client.post(
        URL,
        b"{}",
        content_type="application/json",
        headers={"X-Hub-Signature": "sha1=" + "0" * 40, "X-GitHub-Event": "pull_request"},
    )

    assert reply.status_code == 401


def test_a_body_that_was_altered_by_one_byte_is_refused(client, web):
    """S-036"""
    reply = send(client, "pull_request", HELLO.replace(b"W", b"w"), signature=PUBLISHED)

    assert reply.status_code == 401


def test_the_secret_itself_is_compared_and_not_only_whether_there_is_one():
    assert signed.is_signed(HELLO, signature=PUBLISHED, secret=SECRET)
    assert not signed.is_signed(HELLO, signature=PUBLISHED, secret=SECRET + " ")


def test_without_a_secret_nothing_is_taken_and_the_answer_says_why(client, settings, web):
    settings.GITHUB_WEBHOOK_SECRET = ""

    reply = send(client, "pull_request", hooks.pull_request(web), signature=sign(b"", ""))

    assert reply.status_code == 503
    assert "GITHUB_WEBHOOK_SECRET" in reply.text
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options", "trace"])
def test_only_post_is_answered(client, db, method):
    assert getattr(client, method)(URL).status_code == 405


def test_no_login_no_csrf_token_and_no_cookie_is_needed_or_set(web):
    strict = Client(enforce_csrf_checks=True)

    reply = send(strict, "pull_request", hooks.pull_request(web))

    assert reply.status_code == 202
    assert reply["Content-Type"] == "text/plain; charset=utf-8"
    assert not reply.cookies


# --- How much, and of what shape ----------------------------------------------------------------


def test_a_body_of_30_mb_is_refused_before_any_of_it_is_read(db):
    """S-039"""
    request = RequestFactory().post(URL, HELLO, content_type="application/json")
    request.META["CONTENT_LENGTH"] = str(30 * 1024 * 1024)
    request._stream = io.BytesIO(HELLO)

    assert resolve(URL).func(request).status_code == 413
    assert request._stream.tell() == 0


def test_a_body_that_is_longer_than_it_says_is_read_no_further_than_that_shows(db, monkeypatch):
    """S-039"""
    monkeypatch.setattr(views, "LARGEST_BODY", 100)
    request = RequestFactory().post(URL, HELLO, content_type="application/json")
    request._stream = io.BytesIO(b"x" * 1000)

    assert resolve(URL).func(request).status_code == 413
    assert request._stream.tell() == 101


def test_githubs_largest_body_is_taken(client, web):
    body = hooks.pull_request(web)
    body["pull_request"]["body"] = "x" * (5 * 1024 * 1024)  # twice what Django takes of people

    assert send(client, "pull_request", body).status_code == 202
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"payload=%7B%7D",
        b"[" * 100_000,
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"action": []}',
        b'{"action": "edited"}',
        b'{"action": "edited", "pull_request": null, "repository": {"id": 1}}',
    ],
)
def test_a_signed_body_that_cannot_be_read_is_a_bad_request(client, db, body):
    reply = send(client, "pull_request", body)

    assert reply.status_code == 400
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", "7"),
        ("number", True),
        ("number", 0),
        ("number", 2**31),
        ("node_id", None),
        ("node_id", ""),
        ("node_id", "x" * 101),
        ("node_id", "PR\x00"),
        ("updated_at", None),
        ("updated_at", "yesterday"),
        ("updated_at", "2026-06-01T12:00:00"),
        ("updated_at", 10**30),
        ("updated_at", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_what_no_row_takes_is_a_bad_request(client, web, name, value):
    body = hooks.pull_request(web)
    body["pull_request"][name] = value

    assert send(client, "pull_request", body).status_code == 400
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(("delivery_id", "status"), [("x" * 64, 202), ("x" * 65, 400)])
def test_an_id_is_remembered_whole_or_not_at_all(client, web, delivery_id, status):
    reply = send(client, "pull_request", hooks.pull_request(web), delivery=delivery_id)

    assert reply.status_code == status


def test_a_delivery_without_an_id_is_a_bad_request(client, web):
    reply = send(client, "pull_request", hooks.pull_request(web), **{"X-GitHub-Delivery": ""})

    assert reply.status_code == 400
