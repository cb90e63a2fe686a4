"""Each message is sent once; later if it was not taken, never again if it was refused."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from apps.notifications.announce import announce_news
from apps.notifications.deliver import deliver_due
from apps.notifications.ledger import backoff
from apps.notifications.models import Notification
from apps.notifications.postman import message_id
from apps.teams.models import Membership
from tests.notifications.conftest import opened_team
from tests.notifications.mailserver import CLOSE, SILENCE

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
State = Notification.State


def due(*, people: int = 1) -> list[Notification]:
    team = opened_team(people=people)
    announce_news()
    return list(Notification.objects.filter(team=team).order_by("pk"))


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def states() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("state", flat=True))


def test_a_message_is_sent_once_and_says_so(server):
    (notification,) = due()

    assert deliver_due(now=NOW) == 1
    assert deliver_due(now=later(1)) == 0

    notification.refresh_from_db()
    assert (notification.state, notification.sent_at) == (State.SENT, NOW)
    ((recipient, mail),) = server.taken
    assert recipient == notification.user.email
    assert (
        mail["Message-ID"]
        == f"<ready.{notification.team_id}.1.{notification.user_id}@mergelight.test>"
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]


def test_the_message_id_is_the_same_every_time():
    (notification,) = due()

    assert message_id(notification) == message_id(Notification.objects.get())


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_at_once_send_each_message_once(server):
    due(people=4)
    together, sent = threading.Barrier(2), []

    def deliverer() -> None:
        together.wait()
        sent.append(deliver_due(now=NOW))
        connection.close()

    threads = [threading.Thread(target=deliverer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    recipients = [recipient for recipient, _ in server.taken]
    assert len(recipients) == len(set(recipients)) == sum(sent) == 4


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", "451 greylisted"),
        ("MAIL", "550 no such sender"),
        ("DATA", "451 local error"),
        ("TAKEN", "452 out of space"),
        ("CONNECT", "421 too busy"),
        ("NOOP", CLOSE),
    ],
)
def test_what_was_not_taken_is_tried_again_later(server, command, answer):
    server.answers[command].append(answer)
    (notification,) = due()

    assert deliver_due(now=NOW) == 0

    notification.refresh_from_db()
    assert (notification.state, notification.attempts) == (State.PENDING, 1)
    assert notification.not_before == later(1)
    assert notification.error
    assert deliver_due(now=later(0.5)) == 0
    assert deliver_due(now=later(1)) == 1
    assert len(server.taken) == 1


def test_a_server_that_is_down_ends_the_round_and_costs_one_attempt(server, settings):
    due(people=3)
    settings.EMAIL_PORT = 9

    assert deliver_due(now=NOW) == 0
    assert states() == [State.PENDING] * 3
    assert sum(Notification.objects.values_list("attempts", flat=True)) == 1

    settings.EMAIL_PORT = server.port
    assert deliver_due(now=NOW) == 2
    assert deliver_due(now=later(1)) == 1


def test_an_address_that_is_refused_is_refused_for_good_and_the_others_get_theirs(server):
    server.answers["RCPT"].append("550 no such user")
    refused, *_ = due(people=3)

    assert deliver_due(now=NOW) == 2

    assert states() == [State.REFUSED, State.SENT, State.SENT]
    refused.refresh_from_db()
    assert "no such user" in refused.error
    assert deliver_due(now=later(600)) == 0


@pytest.mark.parametrize("answer", [CLOSE, SILENCE])
def test_a_message_that_may_have_been_taken_is_never_sent_again(server, answer):
    server.answers["TAKEN"].append(answer)
    (notification,) = due()

    assert deliver_due(now=NOW) == 0

    notification.refresh_from_db()
    assert notification.state == State.SENDING
    assert notification.error.startswith("It may have arrived")
    assert deliver_due(now=later(600)) == 0
    assert len(server.taken) == 1


def test_waiting_gets_longer_up_to_an_hour():
    minutes = [backoff(attempts).total_seconds() / 60 for attempts in range(1, 7)]

    assert minutes == [1, 5, 15, 60, 60, 60]


def test_after_two_days_it_gives_up(settings):
    due()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9
    Notification.objects.update(attempts=49)

    deliver_due(now=NOW)

    assert states() == [State.REFUSED]


def test_somebody_who_has_left_the_team_gets_nothing(server):
    (notification,) = due()
    Membership.objects.filter(user=notification.user).delete()

    assert deliver_due(now=NOW) == 0

    assert states() == [State.REFUSED]
    assert server.taken == []


def test_an_address_that_would_begin_another_header_is_refused(server):
    (notification,) = due()
    notification.user.email = "a@example.org\nBcc: everybody@example.org"
    notification.user.save()

    assert deliver_due(now=NOW) == 0

    assert states() == [State.REFUSED]
    assert server.taken == []


def test_a_message_that_we_cannot_write_is_put_off_and_holds_nobody_up(server):
    broken, _ = due(people=2)
    Notification.objects.filter(pk=broken.pk).update(kind="unheard of")

    assert deliver_due(now=NOW) == 1

    assert states() == [State.PENDING, State.SENT]
