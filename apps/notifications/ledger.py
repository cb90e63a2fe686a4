"""The rows of one round: which are due, claimed by compare and set, and what became of each."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.notifications.messages import KINDS
from apps.notifications.models import Notification
from apps.notifications.preferences import channels, recipients

State = Notification.State
BACKOFF_MINUTES = (1, 5, 15, 60)  # then every hour
GIVE_UP_AFTER = 50  # attempts: two days
ROUND_SECONDS = 40.0  # a slow server must not hold a worker; the next round goes on
ROUND_ROWS = 200
DIED = "Tried too often, and the last process died on it. It may have arrived."


def doubt_after(timeout: float) -> timedelta:
    """
    How long after its claim a row without a verdict counts as left by a process that died.

    :param timeout: EMAIL_TIMEOUT. Sending one message waits for four answers, so ten are far above
        what a process that lives can take.
    """
    return max(timedelta(minutes=10), 10 * timedelta(seconds=timeout))


IN_DOUBT = doubt_after(settings.EMAIL_TIMEOUT)


class Ledger:
    """
    What a round knows of its rows.

    :param now: for benches and tests: take it for this moment from the first row to the last.
        Without it the database's clock counts, at each statement anew: what one worker claims
        another judges, and their own clocks may differ by more than IN_DOUBT.
    """

    def __init__(self, *, now: datetime | None = None) -> None:
        self.writes_at = now or timezone.now()  # the end of the days that a message tells of
        self.now = now or Now()  # the moment of the statement that it stands in
        self.is_over = False  # nobody answers any more
        self._ends_at = time.monotonic() + ROUND_SECONDS

    def due(self, *, posts: bool) -> Iterator[Notification]:
        """
        The rows of this round, until it is over or the time gives out.

        :param posts: those to Slack, else those to people. Each row knows whether its reader
            `may_read` it: is in the team and has not said no.
        """
        waiting = Q(state=State.PENDING) & (Q(not_before=None) | Q(not_before__lte=self.now))
        in_doubt = Q(state=State.SENDING, error="", modified__lte=self.now - IN_DOUBT)
        rows = (
            Notification.objects.filter(waiting | in_doubt, user__isnull=posts)
            .select_related("team", "user")
            .annotate(may_read=_wanted_by_channel() if posts else _wanted_by_person())
            .order_by("pk")
        )
        for notification in rows[:ROUND_ROWS]:
            if self.is_over or time.monotonic() > self._ends_at:
                return
            yield notification

    def claim(self, notification: Notification) -> bool:
        """Take the row; its error goes, since SENDING with an error is a verdict."""
        attempts = notification.attempts + 1
        return self.store(notification, state=State.SENDING, attempts=attempts, error="")

    def sent(self, notification: Notification) -> None:
        self.store(notification, state=State.SENT, sent_at=self.now)

    def refuse(self, notification: Notification, error: str) -> None:
        self.store(notification, state=State.REFUSED, error=error)

    def leave_in_doubt(self, notification: Notification, error: str) -> None:
        """It stays SENDING, with a verdict: nobody tries it again."""
        self.store(notification, error=f"It may have arrived: {error}")

    def put_off(
        self,
        notification: Notification,
        attempts: int,
        error: str,
        *,
        at_least: float = 0.0,
    ) -> None:
        """
        Back to PENDING, for later, after so many attempts; or refused after too many.

        :param at_least: seconds that the other side has asked for.
        """
        columns: dict[str, object] = {"attempts": attempts, "error": error}
        if attempts >= GIVE_UP_AFTER:
            self.store(notification, state=State.REFUSED, **columns)
        else:
            wait = max(backoff(attempts), timedelta(seconds=at_least))
            later = self.now + wait
            self.store(notification, state=State.PENDING, not_before=later, **columns)

    def store(self, notification: Notification, **columns: object) -> bool:
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
        if not as_known.update(modified=self.now, **columns):
            return False
        for name, value in columns.items():
            setattr(notification, name, value)
        return True


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 and more)."""
    return timedelta(minutes=BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES)) - 1])


def _wanted_by_person() -> Q:
    wanted = Q()
    for kind in KINDS:
        people = recipients(kind).filter(team=OuterRef("team"), user=OuterRef("user"))
        wanted |= Q(Exists(people), kind=kind)
    return wanted


def _wanted_by_channel() -> Q:
    wanted = Q()
    for kind in KINDS:
        wanted |= Q(Exists(channels(kind).filter(team=OuterRef("team"))), kind=kind)
    return wanted
