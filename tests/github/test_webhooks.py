"""The door that GitHub knocks at: who is let in, what is written down, and what is answered."""

import io
import logging

import pytest
from django.db import connection as database
from django.test import Client, RequestFactory
from django.urls import resolve

from apps.github import deliveries, views, webhooks
from apps.github.models import Connection, Delivery, PullRequestKey, TrackedRepository
from apps.pipeline.hints import hint
from config.celery import timetable
from tests.factories import TrackedRepositoryFactory
from tests.github import hooks
from tests.github.fakes import NOW
from tests.github.hooks import SECRET, URL, send, sign

HELLO = b"Hello, World!"
PUBLISHED = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.GITHUB_WEBHOOK_SECRET = SECRET


@pytest.fixture
def web(team):
    """A repository that the team reads."""
    return TrackedRepositoryFactory(team=team, name_with_owner="acme/web", github_id=1296269)


@pytest.fixture
def hints(monkeypatch):
    """What the broker gets."""
    sent = []
    monkeypatch.setattr(
        deliveries, "hint", lambda task, **options: sent.append((task.name, options)) or True
    )
    return sent


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
    assert webhooks.is_signed(HELLO, signature=PUBLISHED, secret=SECRET)
    assert not webhooks.is_signed(HELLO, signature=PUBLISHED, secret=SECRET + " ")


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


# --- What is written down -----------------------------------------------------------------------


def test_names_and_numbers_of_a_pull_request_are_kept_and_no_texts(client, web, hints):
    """S-037: the body has an emoji and U+2028."""
    reply = send(client, "pull_request", hooks.pull_request(web, 7), delivery="guid")

    assert reply.status_code == 202
    row = Delivery.objects.get()
    assert (row.delivery_id, row.event, row.action) == ("guid", "pull_request", "edited")
    assert (row.repository_id, row.number, row.node_id) == (1296269, 7, "PR_7@acme/web")
    assert (row.installation_id, row.updated_at) == (hooks.INSTALLATION, NOW)
    assert row.taken_in_at is None
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM github_delivery")
        assert "CANARY" not in str(cursor.fetchall())


def test_a_repeat_is_answered_200_and_stored_once(client, web, hints):
    """S-038"""
    body = hooks.pull_request(web)

    replies = [send(client, "pull_request", body, delivery="guid") for _ in range(3)]

    assert [reply.status_code for reply in replies] == [202, 200, 200]
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("event", "body"),
    [
        ("star", {"action": "created"}),
        ("", {}),
        ("ping", {"zen": "Keep it logically awesome."}),
        ("pull_request", {"action": "transmogrified"}),
        ("installation", hooks.installation("created")),
        ("installation", hooks.installation("suspend", number=999)),
        ("github_app_authorization", hooks.revoked(999)),
    ],
)
def test_what_nobody_knows_is_thanked_for_and_ignored(client, web, hints, event, body):
    """S-040"""
    reply = send(client, event, body)

    assert (reply.status_code, reply.text) == (202, "Thank you.\n")
    assert not Delivery.objects.exists()
    assert hints == []


def test_a_repository_that_nobody_reads_is_ignored(client, web, hints):
    """S-040"""
    foreign = TrackedRepository(github_id=5, name_with_owner="other/thing")
    unselected = TrackedRepositoryFactory(team=web.team, github_id=6, is_selected=False)

    for row in (foreign, unselected):
        assert send(client, "pull_request", hooks.pull_request(row)).status_code == 202
    assert not Delivery.objects.exists()


def test_a_late_webhook_for_a_deleted_team_is_ignored(client, web, hints):
    """S-108"""
    body = hooks.pull_request(web)
    assert send(client, "pull_request", body).status_code == 202
    web.team.delete()

    assert send(client, "pull_request", body).status_code == 202
    deliveries.take_in()

    assert Delivery.objects.filter(taken_in_at=None).count() == 0
    assert Delivery.objects.count() == 1
    assert not PullRequestKey.objects.exists()


# --- What it costs ------------------------------------------------------------------------------


def test_a_delivery_costs_one_look_and_one_insert(client, web, hints, django_assert_num_queries):
    with django_assert_num_queries(2) as asked:
        send(client, "pull_request", hooks.pull_request(web))

    assert asked[0]["sql"].startswith("SELECT")
    assert asked[1]["sql"].startswith("INSERT")


def test_what_is_ignored_or_repeated_costs_one_look(client, web, hints, django_assert_num_queries):
    send(client, "pull_request", hooks.pull_request(web), delivery="guid")

    with django_assert_num_queries(1):
        send(client, "pull_request", hooks.pull_request(web), delivery="guid")
    with django_assert_num_queries(1):
        send(client, "installation", hooks.installation("suspend", number=999))


def test_what_is_not_signed_or_not_known_costs_no_statement(client, web, django_assert_num_queries):
    with django_assert_num_queries(0):
        send(client, "pull_request", hooks.pull_request(web), signature="")
        send(client, "star", {"action": "created"})


def test_a_worker_is_told_once_for_all_that_wait(
    client, web, hints, django_capture_on_commit_callbacks
):
    """S-039: 10,000 deliveries in a minute are rows, and not messages to a broker."""
    with django_capture_on_commit_callbacks(execute=True):
        for number in (1, 2, 3):
            send(client, "pull_request", hooks.pull_request(web, number))
    assert hints == [(deliveries.TASK, {"queue": "upkeep", "expires": 60})]

    deliveries.take_in()
    with django_capture_on_commit_callbacks(execute=True):
        send(client, "pull_request", hooks.pull_request(web, 4))
    assert len(hints) == 2


def test_without_a_broker_the_answer_is_the_same_and_the_timetable_takes_in(
    client, web, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*_args, **_options):
        raise ConnectionRefusedError

    monkeypatch.setattr("celery.Task.apply_async", refuse)
    monkeypatch.setattr(deliveries, "hint", hint)
    with django_capture_on_commit_callbacks(execute=True):
        assert send(client, "pull_request", hooks.pull_request(web)).status_code == 202

    entry = timetable()["take in what GitHub has told"]
    assert (entry["task"], entry["options"]["queue"]) == (deliveries.TASK, deliveries.QUEUE)
    assert Delivery.objects.filter(taken_in_at=None).count() == 1


def test_nothing_of_a_body_and_no_signature_gets_into_the_log(client, web, hints, caplog):
    caplog.set_level(logging.DEBUG)

    send(client, "pull_request", hooks.pull_request(web))
    send(client, "pull_request", hooks.pull_request(web), signature="sha256=CANARY")
    send(client, "pull_request", b'{"action": "CANARY')
    send(client, "pull_request", hooks.pull_request(web) | {"repository": "CANARY"})
    Connection.objects.update(installation_id=hooks.INSTALLATION)
    send(client, "installation", hooks.installation("suspend"))
    deliveries.take_in()

    assert caplog.records
    assert "CANARY" not in caplog.text
