"""Mails: one connection to the mail server for a round, and what its answers mean for a row."""

import logging
import smtplib
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from apps.notifications.ledger import Ledger
from apps.notifications.mails import mail_of
from apps.notifications.models import Notification
from apps.notifications.said import Said
from apps.notifications.stopping import url_of
from apps.notifications.verdicts import Verdict, verdict_on
from apps.notifications.writing import Writer

logger = logging.getLogger(__name__)


class Postman:
    """One round: one connection, and each team's message written once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._writer = Writer(ledger)
        self._connection = get_connection()

    def deliver(self, notification: Notification) -> bool:
        """Bring one row forward; whether its message was sent."""
        said = self._writer.said(notification)
        if said is None:
            return False
        mail = self._mail(notification, said)
        if not self._reach(notification) or not self._ledger.claim(notification):
            return False
        try:
            mail.send()
        except Exception as exc:  # noqa: BLE001 - a backend may raise anything; see verdicts
            self._failed(notification, exc)
            return False
        self._ledger.sent(notification)
        return True

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._connection.close()

    def _mail(self, notification: Notification, said: Said) -> EmailMultiAlternatives:
        """
        With the headers by which mail programs offer to unsubscribe, in one click and without a
        login: https://www.rfc-editor.org/rfc/rfc8058.
        """
        stop = url_of(notification)
        message = mail_of(said, notification.kind, stop_url=stop)
        assert notification.user is not None  # noqa: S101 - for the type: rows of people only
        mail = EmailMultiAlternatives(
            subject=message.subject,
            body=message.text,
            to=[notification.user.email],
            headers={
                "Message-ID": message_id(notification),
                "Auto-Submitted": "auto-generated",
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
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
            self._ledger.is_over = True
            self.close()
            reason = f"The mail server cannot be reached: {exc}"
            self._ledger.put_off(notification, notification.attempts + 1, reason)
            return False
        return True

    def _failed(self, notification: Notification, exc: Exception) -> None:
        verdict = verdict_on(exc)
        logger.warning("%s: %s: %r", notification, verdict.value, exc)
        match verdict:
            case Verdict.LATER:
                self._ledger.put_off(notification, notification.attempts, str(exc))
            case Verdict.REFUSED:
                self._ledger.refuse(notification, str(exc))
            case Verdict.UNKNOWN:
                self._ledger.leave_in_doubt(notification, str(exc))
        self.close()  # the next message gets a fresh connection


def message_id(notification: Notification) -> str:
    """The same for the same message, always: a mail server or reader can drop a second copy."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    run = f"{notification.run}-{notification.ticket}" if notification.ticket else notification.run
    parts = (notification.kind, notification.team_id, run, notification.user_id)
    return f"<{'.'.join(map(str, parts))}@{host}>"
