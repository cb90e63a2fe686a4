"""Posts to Slack: each to the channel of its own team, and what Slack's answers mean for a row."""

import logging

from apps.notifications.ledger import Ledger
from apps.notifications.models import Notification
from apps.notifications.posts import post_said
from apps.notifications.writing import NO_CHANNEL, Writer
from apps.slack.connecting import connection_of
from apps.slack.errors import SlackDown, SlackRefused, SlackTooBusy

logger = logging.getLogger(__name__)


class Poster:
    """One round."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._writer = Writer(ledger)

    def deliver(self, notification: Notification) -> bool:
        """Bring one row forward; whether its message was posted."""
        said = self._writer.said(notification)
        if said is None:
            return False
        connection = connection_of(notification.team)
        if connection is None:
            self._ledger.refuse(notification, NO_CHANNEL)
            return False
        if not self._ledger.claim(notification):
            return False
        try:
            post_said(connection, said)
        except Exception as exc:  # noqa: BLE001 - a mistake of ours must not hold the others up
            logger.warning("%s: %r", notification, exc)
            self._failed(notification, exc)
            return False
        self._ledger.sent(notification)
        return True

    def _failed(self, notification: Notification, exc: Exception) -> None:
        """
        By what Slack has said: busy or in trouble, later; a refusal is one for good.

        What needs somebody to act stands in the connection by now (`slack.posting`): by then the
        message is old. Silence is not asked again, as with mails: the message may stand there.
        """
        match exc:
            case SlackTooBusy():  # of this workspace: others go on
                wait = exc.retry_after or 0.0
                tries = notification.attempts
                self._ledger.put_off(notification, tries, str(exc), at_least=wait)
            case SlackDown():
                self._ledger.is_over = True
                self._ledger.put_off(notification, notification.attempts, str(exc))
            case SlackRefused():
                self._ledger.refuse(notification, str(exc))
            case _:
                self._ledger.leave_in_doubt(notification, str(exc))
