"""R-64: whatever the mail server does and however often a task comes, one mail for one occasion."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from apps.notifications.announce import announce_once
from apps.notifications.deliver import deliver_due
from apps.notifications.messages import KINDS
from apps.notifications.models import Notification
from apps.notifications.postman import message_id
from apps.notifications.saying.weekly import key_of
from apps.pipeline.rows import rows
from apps.sandbox.mail import MailSink, mail_sink
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 6, 8, 9, tzinfo=UTC)  # a Monday
FAULTS = {"refuse": 0.15, "reject": 0.1, "defer": 0.15, "drop": 0.1}
State = Notification.State


def announce_all(team_id: int) -> None:
    for kind in KINDS:
        run = key_of(NOW.date()) if kind == "weekly" else 1
        announce_once(team_id, kind=kind, run=run, ticket=4 if kind == "failed" else 0)


@pytest.fixture
def sink(settings) -> Iterator[MailSink]:
    with mail_sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, _, port = sink.url.removeprefix("smtp://").partition(":")
        settings.EMAIL_PORT = int(port)
        yield sink


def work_twice_at_once(work: Callable[[], object]) -> None:
    def and_close() -> None:
        work()
        connection.close()

    both = [threading.Thread(target=and_close) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()


def test_every_kind_is_mailed_at_most_once_by_a_bad_server_and_two_workers(sink):
    teams = [MembershipFactory().team for _ in range(3)]
    for team in teams:
        MembershipFactory(team=team)
    rows().update(pipeline_ticket=4, onboarding_pipeline_status="failed")

    def worker(now: datetime) -> None:
        for team in teams:
            announce_all(team.pk)  # a task that is delivered again
        deliver_due(now=now)

    for hour in range(12):
        sink.control.change({"faults": FAULTS if hour < 10 else {}})
        work_twice_at_once(partial(worker, NOW + timedelta(hours=hour)))

    copies = Counter(mail.message_id for mail in sink.received)
    assert Notification.objects.count() == 3 * 2 * len(KINDS)
    assert set(copies.values()) == {1}
    for row in Notification.objects.all():
        assert row.state != State.PENDING
        in_doubt = row.error.startswith("It may have arrived")
        assert copies[message_id(row)] == (row.state == State.SENT) or in_doubt, row.error
