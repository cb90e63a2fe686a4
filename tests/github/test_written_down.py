"""What of a delivery is stored, what that costs, and who hears of it."""

import itertools
import logging

import pytest
from celery import Task
from django.db import connection as database

from apps.github.models import Connection, Delivery, PullRequestKey, TrackedRepository
from apps.github.tasks import look_after_deliveries
from apps.github.webhooks import deliveries, touched
from config.celery import timetable
from tests.factories import TrackedRepositoryFactory
from tests.github import hooks
from tests.github.fakes import NOW
from tests.github.hooks import send

pytestmark = pytest.mark.usefixtures("hints")


def test_ids_and_numbers_of_a_pull_request_are_kept_and_no_texts(client, web, hints):
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


def test_a_delivery_costs_a_look_an_insert_and_a_look_whether_others_wait(
    client, web, hints, django_assert_num_queries, django_capture_on_commit_callbacks
):
    with django_assert_num_queries(3) as asked, django_capture_on_commit_callbacks(execute=True):
        send(client, "pull_request", hooks.pull_request(web))

    verbs = [query["sql"].split()[0] for query in asked.captured_queries]
    assert verbs == ["SELECT", "INSERT", "SELECT"]


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
    assert hints == [deliveries.TASK]

    deliveries.take_in()
    with django_capture_on_commit_callbacks(execute=True):
        send(client, "pull_request", hooks.pull_request(web, 4))
    assert len(hints) == 2


def test_what_is_written_down_while_others_are_taken_in_is_taken_in_with_them(
    client, web, hints, monkeypatch, django_capture_on_commit_callbacks
):
    """It told nobody, because others waited; and those that come later would tell nobody either."""
    mark, left = touched.mark, iter((2, 3))

    def mark_while_more_come(batch):
        mark(batch)
        for number in itertools.islice(left, 1):
            with django_capture_on_commit_callbacks(execute=True):
                send(client, "pull_request", hooks.pull_request(web, number))

    monkeypatch.setattr(touched, "mark", mark_while_more_come)
    with django_capture_on_commit_callbacks(execute=True):
        send(client, "pull_request", hooks.pull_request(web, 1))
    deliveries.take_in()

    assert hints == [deliveries.TASK]
    assert web.keys.count() == 3
    assert not Delivery.objects.filter(taken_in_at=None).exists()


def test_a_worker_that_finds_no_end_lets_others_have_their_turn(client, web, hints, monkeypatch):
    monkeypatch.setattr(deliveries, "ROUNDS", 2)
    monkeypatch.setattr(deliveries, "AT_ONCE", 1)
    for number in (1, 2, 3):
        send(client, "pull_request", hooks.pull_request(web, number))

    deliveries.take_in()

    assert web.keys.count() == 2
    assert hints == [deliveries.TASK]


def test_without_a_broker_the_answer_is_the_same_and_the_timetable_takes_in(
    client, web, hints, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*_args, **_options):
        raise ConnectionRefusedError

    monkeypatch.setattr(Task, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        assert send(client, "pull_request", hooks.pull_request(web)).status_code == 202

    entry = timetable()["take in what GitHub has told"]
    assert entry["task"] == look_after_deliveries.name
    assert entry["options"]["queue"] == deliveries.QUEUE
    look_after_deliveries()
    assert web.keys.count() == 1


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
