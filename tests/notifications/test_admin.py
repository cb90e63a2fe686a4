"""Sending again by hand: what has a verdict, not what has a sender."""

import pytest

from apps.notifications.announce import announce_news
from apps.notifications.models import Notification
from tests.notifications.conftest import opened_team
from tests.visiting import list_of, visit

pytestmark = pytest.mark.django_db
State = Notification.State


@pytest.mark.parametrize(
    ("state", "error", "becomes"),
    [
        (State.SENDING, "It may have arrived: timed out", State.PENDING),
        (State.REFUSED, "550 no such user", State.PENDING),
        (State.SENDING, "", State.SENDING),
        (State.SENT, "", State.SENT),
    ],
)
def test_send_again_takes_what_has_a_verdict(admin_client, state, error, becomes):
    team = opened_team()
    announce_news()
    Notification.objects.update(state=state, error=error, attempts=3)

    visit(admin_client, team)
    reply = admin_client.post(
        list_of(Notification, team),
        {"action": "send_again", "_selected_action": [Notification.objects.get().pk]},
    )

    assert reply.status_code == 302
    assert Notification.objects.get().state == becomes
