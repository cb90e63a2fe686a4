"""A row's message in words: written once a round for all of a team who get the same."""

import logging

from apps.notifications.ledger import DIED, GIVE_UP_AFTER, Ledger
from apps.notifications.messages import FAILED, KINDS, WEEKLY
from apps.notifications.models import Notification
from apps.notifications.said import Occasion, Said
from apps.notifications.weekly import is_over

logger = logging.getLogger(__name__)

NOT_WANTED = (
    "This person has left the team, was deactivated, has no address any more, or has said no."
)
NO_CHANNEL = "Slack was disconnected, or the team has said no."
MOOT = "It was set going again before this could be sent."
OLD = "Another week is over: this one is no news any more."

_Key = tuple[int, str, int, int]


class Writer:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._written: dict[_Key, Said] = {}

    def said(self, notification: Notification) -> Said | None:
        """What to send; None, and the row says why, where nothing is to be sent, or not now."""
        if notification.kind in KINDS and (reason := self._no_longer(notification)):
            self._ledger.refuse(notification, reason)
            return None
        about = (notification.run, notification.ticket)
        key = (notification.team_id, notification.kind, *about)
        try:
            if key not in self._written:
                run, ticket = about
                occasion = Occasion(notification.team, self._ledger.writes_at, run, ticket)
                self._written[key] = KINDS[notification.kind].says(occasion)
        except Exception as exc:
            logger.exception("%s cannot be written", notification)
            attempts = notification.attempts + 1
            self._ledger.put_off(notification, attempts, f"Our mistake: {exc}")
            return None
        return self._written[key]

    def _no_longer(self, notification: Notification) -> str:
        """Why it is not to be sent any more; empty while it is."""
        team = notification.team
        if not notification.may_read:  # type: ignore[attr-defined]
            return NO_CHANNEL if notification.is_post else NOT_WANTED
        if notification.kind == FAILED and team.pipeline_ticket != notification.ticket:
            return MOOT
        if notification.kind == WEEKLY and is_over(notification.run, team, self._ledger.writes_at):
            return OLD
        return DIED if notification.attempts >= GIVE_UP_AFTER else ""
