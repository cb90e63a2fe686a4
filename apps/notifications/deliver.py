"""Delivering: what is due goes to the mail server, once unless a process dies on it."""

import logging
import smtplib
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.notifications.announce import reachable
from apps.notifications.messages import KINDS, Message
from apps.notifications.models import Notification
from apps.notifications.verdicts import Verdict, verdict_on

logger = logging.getLogger(__name__)

State = Notification.State
BACKOFF_MINUTES = (1, 5, 15, 60)  # then every hour
GIVE_UP_AFTER = 50  # attempts: two days
ROUND_SECONDS = 40.0  # a slow mail server must not hold a worker; the next round goes on
ROUND_ROWS = 200
LEFT = "This person has left the team, was deactivated, or has no address any more."
DIED = "Tried too often, and the last process died on it. It may have arrived."


def doubt_after(timeout: float) -> timedelta:
    """
    How long after its claim a row without a verdict counts as left by a process that died.

    :param timeout: EMAIL_TIMEOUT. Sending one message waits for four answers, so ten are far above
        what a process that lives can take.
    """
    return max(timedelta(minutes=10), 10 * timedelta(seconds=timeout))


IN_DOUBT = doubt_after(settings.EMAIL_TIMEOUT)


def deliver_due(*, now: datetime | None = None) -> int:
    """
    Send every message that is due, and return how many were sent.

    A row is claimed (PENDING → SENDING, by compare and set) right before its message is handed to
    the mail server: of two processes one sends it. What a process left behind when it died is sent
    again, see IN_DOUBT. The round ends early where the server does not answer or the time is up;
    nothing is lost, the next round begins there.

    :param now: for benches and tests, in which hours pass at once: take it for this moment from the
        first row to the last. Without it the database's clock counts, at each statement anew: what
        one worker claims another judges, and their own clocks may differ by more than IN_DOUBT.
    """
    postman = Postman(now=now)
    try:
        return sum(postman.deliver(notification) for notification in postman.due())
    finally:
        postman.close()


class Postman:
    """One round: one connection, and each team's message written once."""

    def __init__(self, *, now: datetime | None = None) -> None:
        self._writes_at = now or timezone.now()  # the end of the days that a message tells of
        self._now = now or Now()  # the moment of the statement that it stands in
        self._connection = get_connection()
        self._written: dict[tuple[int, str], Message] = {}
        self._ends_at = time.monotonic() + ROUND_SECONDS
        self._server_answers = True

    def due(self) -> Iterator[Notification]:
        """The rows of this round, until the server or the time gives out."""
        waiting = Q(state=State.PENDING) & (Q(not_before=None) | Q(not_before__lte=self._now))
        in_doubt = Q(state=State.SENDING, error="", modified__lte=self._now - IN_DOUBT)
        rows = (
            Notification.objects.filter(waiting | in_doubt)
            .select_related("team", "user")
            .annotate(
                may_read=Exists(
                    reachable().filter(team_id=OuterRef("team_id"), user_id=OuterRef("user_id"))
                )
            )
            .order_by("pk")
        )
        for notification in rows[:ROUND_ROWS]:
            if not self._server_answers or time.monotonic() > self._ends_at:
                return
            yield notification

    def deliver(self, notification: Notification) -> bool:
        """Bring one row forward; whether its message was sent."""
        if not notification.may_read:  # type: ignore[attr-defined]
            self._store(notification, state=State.REFUSED, error=LEFT)
            return False
        if notification.attempts >= GIVE_UP_AFTER:
            self._store(notification, state=State.REFUSED, error=DIED)
            return False
        mail = self._mail(notification)
        if mail is None or not self._reach(notification) or not self._claim(notification):
            return False
        try:
            mail.send()
        except Exception as exc:  # noqa: BLE001 - a backend may raise anything; see verdicts
            self._failed(notification, exc)
            return False
        self._store(notification, state=State.SENT, sent_at=self._now)
        return True

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._connection.close()

    def _mail(self, notification: Notification) -> EmailMultiAlternatives | None:
        """The mail; None, and the row is put off, if a mistake of ours keeps it from us."""
        key = (notification.team_id, notification.kind)
        try:
            if key not in self._written:
                self._written[key] = KINDS[notification.kind](
                    notification.team, now=self._writes_at
                )
        except Exception as exc:
            logger.exception("%s cannot be written", notification)
            self._put_off(notification, notification.attempts + 1, f"Our mistake: {exc}")
            return None
        message = self._written[key]
        mail = EmailMultiAlternatives(
            subject=message.subject,
            body=message.text,
            to=[notification.user.email],
            headers={"Message-ID": message_id(notification), "Auto-Submitted": "auto-generated"},
            connection=self._connection,
        )
        mail.attach_alternative(message.html, "text/html")
        return mail

    def _reach(self, notification: Notification) -> bool:
        """Connect before the claim: a server that is down leaves no row in doubt."""
        try:
            self._connection.open()
            smtp = getattr(self._connection, "connection", None)  # of the SMTP backend only
            if isinstance(smtp, smtplib.SMTP):
                smtp.noop()  # a line that the server has dropped since the last message shows here
        except (OSError, smtplib.SMTPException) as exc:
            logger.warning("the mail server cannot be reached: %s", exc)
            self._server_answers = False
            self.close()
            reason = f"The mail server cannot be reached: {exc}"
            self._put_off(notification, notification.attempts + 1, reason)
            return False
        return True

    def _claim(self, notification: Notification) -> bool:
        """Take the row; its error goes, since SENDING with an error is a verdict."""
        attempts = notification.attempts + 1
        return self._store(notification, state=State.SENDING, attempts=attempts, error="")

    def _failed(self, notification: Notification, exc: Exception) -> None:
        verdict = verdict_on(exc)
        logger.warning("%s: %s: %r", notification, verdict.value, exc)
        match verdict:
            case Verdict.LATER:
                self._put_off(notification, notification.attempts, str(exc))
            case Verdict.REFUSED:
                self._store(notification, state=State.REFUSED, error=str(exc))
            case Verdict.UNKNOWN:
                self._store(notification, error=f"It may have arrived: {exc}")
        self.close()  # the next message gets a fresh connection

    def _put_off(self, notification: Notification, attempts: int, error: str) -> None:
        """Back to PENDING, for later, after so many attempts; or refused after too many."""
        columns: dict[str, object] = {"attempts": attempts, "error": error}
        if attempts >= GIVE_UP_AFTER:
            self._store(notification, state=State.REFUSED, **columns)
        else:
            later = self._now + backoff(attempts)
            self._store(notification, state=State.PENDING, not_before=later, **columns)

    def _store(self, notification: Notification, **columns: object) -> bool:
        """
        Compare and set: write only if the row still is as we know it; False if it is not.

        Each claim counts an attempt, so a process that was held up does not write into a row that
        another has claimed since. Times are written only: they may be expressions of the database.
        """
        as_known = Notification.objects.filter(
            pk=notification.pk,
            state=notification.state,
            attempts=notification.attempts,
            error=notification.error,
        )
        if not as_known.update(modified=self._now, **columns):
            return False
        for name, value in columns.items():
            setattr(notification, name, value)
        return True


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 and more)."""
    return timedelta(minutes=BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES)) - 1])


def message_id(notification: Notification) -> str:
    """The same for the same message, always: a mail server or reader can drop a second copy."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    parts = (notification.kind, notification.team_id, notification.run, notification.user_id)
    return f"<{'.'.join(map(str, parts))}@{host}>"
