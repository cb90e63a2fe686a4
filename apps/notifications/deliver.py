"""Delivering: what is due goes out, once unless a process dies on it."""

from datetime import datetime

from apps.notifications.ledger import Ledger
from apps.notifications.postman import Postman
from apps.notifications.to_slack import Poster


def deliver_due(*, now: datetime | None = None) -> int:
    """
    Send every message that is due, and return how many were sent: mails, then posts to Slack.

    A row is claimed (PENDING → SENDING, by compare and set) right before its message is handed
    over: of two processes one sends it. What a process left behind when it died is sent again, see
    IN_DOUBT. Mails and posts have a round of their own, so that neither waits for the other's
    server. A round ends early where its server does not answer or the time is up; nothing is lost,
    the next round begins there.

    :param now: see `Ledger`; in benches and tests hours pass at once.
    """
    return _mails(Ledger(now=now)) + _posts(Ledger(now=now))


def _mails(ledger: Ledger) -> int:
    postman = Postman(ledger)
    try:
        return sum(postman.deliver(notification) for notification in ledger.due(posts=False))
    finally:
        postman.close()


def _posts(ledger: Ledger) -> int:
    poster = Poster(ledger)
    return sum(poster.deliver(notification) for notification in ledger.due(posts=True))
