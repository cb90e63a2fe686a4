"""What one run does around its faults."""

from types import SimpleNamespace

import pytest

from apps.notifications.models import Notification
from apps.operations.bench.chaos import run
from apps.operations.bench.chaos.travellers import Traveller
from tests.factories import TeamFactory, UserFactory

State = Notification.State


@pytest.fixture
def row(db):
    return Notification.objects.create(
        team=TeamFactory(), user=UserFactory(), kind="ready", run=1, state=State.SENDING
    )


@pytest.fixture
def rounds(monkeypatch):
    """The states that rows have in each round of delivering."""
    seen = []

    def deliver_due(*, now):
        seen.append(Notification.objects.get().state)
        Notification.objects.update(state=State.SENT)

    monkeypatch.setattr(run, "deliver_due", deliver_due)
    return seen


def house(*, worker):
    """One in which a worker does this between two looks."""

    def until(condition, *, seconds):
        while not condition():
            worker()
        return True

    return SimpleNamespace(until=until, tend=lambda: None)


def deliver_all(row, worker):
    run._deliver_all(house(worker=worker), [Traveller("ada", row.team_id, "ghp")])


def test_hours_do_not_pass_while_a_worker_has_a_message_in_hand(row, rounds, settings):
    settings.EMAIL_TIMEOUT = 60

    deliver_all(row, lambda: Notification.objects.update(state=State.SENT))

    assert rounds == []


def test_a_message_that_a_dead_process_left_is_delivered_in_the_end(row, rounds, settings):
    settings.EMAIL_TIMEOUT = 0.001

    deliver_all(row, lambda: None)

    assert rounds == [State.SENDING]
