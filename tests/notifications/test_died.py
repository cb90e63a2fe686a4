"""A mail whose process died on it is sent again, and only such a mail."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from apps.notifications import tasks
from apps.notifications.announce import announce_news
from apps.notifications.deliver import deliver_due
from apps.notifications.ledger import GIVE_UP_AFTER, IN_DOUBT, Ledger, doubt_after
from apps.notifications.models import Notification
from apps.notifications.postman import Postman, message_id
from apps.pipeline.clock import database_now
from apps.sandbox.mail import MailSink, mail_sink
from tests.journeys.house import database_url
from tests.notifications.conftest import opened_team

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
DOUBTFUL = NOW + IN_DOUBT
State = Notification.State


@pytest.fixture
def meanwhile() -> Iterator[Callable[[Callable[[], object]], threading.Thread]]:
    """Do it in a thread, as another process would; all end before the database is emptied."""
    started: list[threading.Thread] = []

    def start(work: Callable[[], object]) -> threading.Thread:
        def and_close() -> None:
            work()
            connection.close()

        started.append(threading.Thread(target=and_close))
        started[-1].start()
        return started[-1]

    yield start
    for thread in started:
        thread.join()


@pytest.fixture
def sink(settings, meanwhile):
    """Ends first, so that no round waits for it any more."""
    with mail_sink() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_TIMEOUT = 60
        use(settings, running)
        yield running


def use(settings, sink: MailSink) -> None:
    host, _, port = sink.url.removeprefix("smtp://").partition(":")
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, int(port)


def due() -> Notification:
    team = opened_team()
    announce_news()
    return Notification.objects.get(team=team)


def left_behind(**columns: object) -> Notification:
    """A row as a process leaves it that dies between its claim and its verdict."""
    notification = due()
    claimed = {"state": State.SENDING, "attempts": 1, "modified": NOW, **columns}
    Notification.objects.update(**claimed)
    return notification


def wait_for_texts(sink: MailSink, number: int) -> None:
    while sink.control.counts["texts"] < number:
        time.sleep(0.01)


def test_what_a_dead_process_left_is_sent_after_ten_minutes_and_not_earlier(sink):
    notification = left_behind()

    assert deliver_due(now=DOUBTFUL - timedelta(seconds=1)) == 0
    assert deliver_due(now=DOUBTFUL) == 1
    assert deliver_due(now=DOUBTFUL + 2 * IN_DOUBT) == 0

    notification.refresh_from_db()
    assert (notification.state, notification.attempts) == (State.SENT, 2)
    assert [mail.message_id for mail in sink.received] == [message_id(notification)]


@pytest.mark.parametrize(("timeout", "minutes"), [(20.0, 10), (60.0, 10), (120.0, 20)])
def test_no_patience_with_the_mail_server_outlasts_the_doubt(timeout, minutes):
    assert doubt_after(timeout) == timedelta(minutes=minutes)


@pytest.mark.django_db(transaction=True)
def test_a_claim_has_the_moment_of_the_claim_and_not_of_its_round(sink, meanwhile):
    due()
    sink.control.change({"next": ["hang"]})
    ledger = Ledger()
    postman = Postman(ledger)
    (read,) = ledger.due(posts=False)
    before = database_now()

    meanwhile(lambda: postman.deliver(read))
    wait_for_texts(sink, 1)

    assert Notification.objects.get(state=State.SENDING).modified >= before


@pytest.mark.parametrize(
    ("claimed_ago", "ahead", "copies"),
    [(timedelta(), timedelta(hours=1), 0), (IN_DOUBT, timedelta(hours=-1), 1)],
)
def test_a_worker_whose_clock_is_wrong_judges_a_claim_like_any_other(
    sink, claimed_ago, ahead, copies
):
    left_behind(modified=Now() - claimed_ago)

    with time_machine.travel(timezone.now() + ahead):
        tasks.deliver_due()

    assert len(sink.received) == copies


def test_what_may_have_arrived_has_a_verdict_and_is_not_sent_again(sink):
    left_behind(error="It may have arrived: timed out")

    assert deliver_due(now=DOUBTFUL) == 0
    assert sink.received == []


@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_a_second_sending_without_an_answer_is_the_last(sink, settings, fault):
    settings.EMAIL_TIMEOUT = 0.3
    notification = left_behind()
    sink.control.change({"next": [fault]})

    assert deliver_due(now=DOUBTFUL) == 0
    assert deliver_due(now=DOUBTFUL + 2 * IN_DOUBT) == 0

    notification.refresh_from_db()
    assert notification.error.startswith("It may have arrived")
    assert sink.control.counts["texts"] == 1


@pytest.mark.django_db(transaction=True)
def test_the_error_of_an_earlier_attempt_does_not_pass_for_a_verdict(sink, meanwhile):
    due()
    Notification.objects.update(error="451 greylisted", attempts=1)
    sink.control.change({"next": ["hang"]})

    sending = meanwhile(lambda: deliver_due(now=NOW))
    wait_for_texts(sink, 1)  # where a kill would leave the row

    assert Notification.objects.filter(state=State.SENDING, error="", attempts=2).exists()
    assert sending.is_alive()


def test_a_server_that_is_down_puts_a_doubtful_row_off_like_any_other(sink, settings):
    notification = left_behind()
    settings.EMAIL_PORT = 9

    assert deliver_due(now=DOUBTFUL) == 0

    notification.refresh_from_db()
    assert (notification.state, notification.attempts) == (State.PENDING, 2)
    use(settings, sink)
    assert deliver_due(now=DOUBTFUL + timedelta(minutes=5)) == 1


def test_it_ends_after_as_many_attempts_as_with_a_server_that_does_not_take_it(sink):
    notification = left_behind(attempts=GIVE_UP_AFTER)

    assert deliver_due(now=DOUBTFUL) == 0

    notification.refresh_from_db()
    assert notification.state == State.REFUSED
    assert "may have arrived" in notification.error
    assert sink.received == []


@pytest.mark.django_db(transaction=True)
def test_a_doubtful_row_that_two_processes_have_read_is_taken_by_one(sink, meanwhile):
    left_behind()
    sink.control.change({"next": ["hang"]})
    ledger = Ledger(now=DOUBTFUL)
    late = Postman(ledger)
    (read,) = ledger.due(posts=False)

    meanwhile(lambda: deliver_due(now=DOUBTFUL))
    wait_for_texts(sink, 1)
    was_sent = late.deliver(read)
    late.close()

    assert not was_sent
    assert Notification.objects.get().attempts == 2
    assert sink.control.counts["texts"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_process_that_was_held_up_does_not_write_into_a_row_that_another_has_claimed(
    sink, settings, meanwhile
):
    due()
    sink.control.change({"next": ["hang"]})
    with mail_sink() as first:
        first.control.change({"next": ["hang"]})
        use(settings, first)
        held_up = meanwhile(lambda: deliver_due(now=NOW))
        wait_for_texts(first, 1)
        use(settings, sink)
        second = meanwhile(lambda: deliver_due(now=DOUBTFUL))
        wait_for_texts(sink, 1)
    held_up.join()  # cut by the end of its server, with a verdict of its own

    row = Notification.objects.get()
    assert (row.state, row.attempts, row.error) == (State.SENDING, 2, "")
    assert second.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_after_the_text_and_before_the_verdict_costs_no_mail(
    sink, settings, tmp_path
):
    notification = due()
    sink.control.change({"next": ["hang"]})
    code = "from apps.notifications import tasks; tasks.deliver_due()"
    command = [sys.executable, "manage.py", "shell", "-c", code]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "STATE_DIR": str(tmp_path),
        "DATABASE_URL": database_url(),
        "EMAIL_URL": sink.url,
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        wait_for_texts(sink, 1)
        process.send_signal(signal.SIGKILL)

    notification.refresh_from_db()
    assert (notification.state, notification.error) == (State.SENDING, "")
    assert deliver_due(now=timezone.now()) == 0
    assert deliver_due(now=timezone.now() + IN_DOUBT) == 1
    assert [mail.message_id for mail in sink.received] == [message_id(notification)]
