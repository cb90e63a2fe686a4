"""
Webhook deliveries: written down when they arrive, taken in a moment later, kept for a while.

The row is the truth; a message to a worker only makes it quick, and the timetable looks for rows
that nobody has taken in.
"""

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, F, Q, QuerySet, When
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from apps.github.models import Connection, Delivery, TrackedRepository
from apps.github.webhooks import access, signed, touched
from apps.pipeline.hints import hint

logger = logging.getLogger(__name__)

TASK = "apps.github.tasks.take_in_deliveries"
QUEUE = "upkeep"
HINT_SECONDS = 60  # after which the timetable has sent more than that
AT_ONCE = 200  # deliveries that one transaction takes in
ROUNDS = 50  # of one task; then it is another's turn in the queue
#: A minute apart; then a delivery is set aside. The night finds what it told, or the next question
#: to GitHub.
MOST_FAILURES = 10
KEPT = timedelta(days=30)  # against one that is sent again; GitHub itself resends for three days
FORGOTTEN_AT_ONCE = 10_000


def write_down(delivery: Delivery) -> bool:
    """
    Store what was told, once, and tell a worker; False if it was stored before.

    What concerns nobody here is not stored: anybody may install a public App, and their
    deliveries would fill the table. The answer to GitHub waits for three statements, and that of
    the first to wait for the broker too, which is given up after
    CELERY_BROKER_CONNECTION_TIMEOUT. Of the same delivery twice at the same moment one is stored,
    but both may be taken for the first.
    """
    is_repeated = (
        _concerned(delivery)
        .annotate(is_repeated=Exists(Delivery.objects.filter(delivery_id=delivery.delivery_id)))
        .values_list("is_repeated", flat=True)
        .first()
    )
    if is_repeated is None:
        return True
    if is_repeated:
        return False
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)
    transaction.on_commit(partial(_tell_a_worker_of, delivery), robust=True)
    return True


def take_in() -> None:
    """
    Make rows of everything that was told and not tried yet; safe to run in any number at once.

    It ends when it finds nothing: who is written down meanwhile tells nobody. What closes a way to
    GitHub comes first. One that fails is logged, waits for the timetable and keeps no other
    waiting.
    """
    for _ in range(ROUNDS):
        have_been = (_take_in_news(), _take_in_pull_requests())
        if not any(have_been):
            return
    _tell_a_worker()


def upkeep() -> None:
    """
    What the timetable has done every minute, whatever else of it fails: try again what has failed,
    take in what is new, have teams updated, forget what is old.
    """
    for part in (_try_again, take_in, touched.ask_for_refreshes, _forget):
        try:
            part()
        except Exception:
            logger.exception("a part of the minute's work on deliveries has failed")


def _concerned(delivery: Delivery) -> QuerySet[Any]:
    """The rows that a delivery is about, of whatever team; a deleted team has none."""
    if delivery.event == signed.INSTALLATION:
        return Connection.objects.filter(installation_id=delivery.installation_id)
    if delivery.event == signed.AUTHORIZATION:
        return access.authorized_by(delivery)
    if delivery.event == signed.INSTALLATION_REPOSITORIES:
        return access.named(delivery)
    return TrackedRepository.objects.filter(github_id=delivery.repository_id, is_selected=True)


def _tell_a_worker_of(delivery: Delivery) -> None:
    """
    Unless one that was written down before still waits: its worker takes in all that it finds.

    Asked once this one can be found: if it were before, that worker could be done in between.
    """
    own = Delivery.objects.filter(delivery_id=delivery.delivery_id).values("pk")
    if not _unread().filter(failures=0, pk__lt=own[:1]).exists():
        _tell_a_worker()


def _tell_a_worker() -> None:
    hint(import_string(TASK), queue=QUEUE, expires=HINT_SECONDS)


def _take_in_news() -> bool:
    """What is not of a pull request, each alone; False if there was none."""
    news = _unread().filter(failures=0, number=None).order_by("pk")
    return sum(_take_in_one(pk) for pk in news.values_list("pk", flat=True)) > 0


def _take_in_pull_requests() -> bool:
    """One transaction's worth, or each alone if that fails; False if there was none."""
    batch: list[Delivery] = []
    try:
        with transaction.atomic():
            waiting = _locked().filter(failures=0, number__isnull=False).order_by("received_at")
            batch = list(waiting[:AT_ONCE])
            if batch:
                touched.mark(batch)
                _mark_taken_in(batch)
    except Exception:
        if not batch:
            raise
        logger.exception("%d deliveries cannot be taken in together", len(batch))
        for delivery in batch:
            _take_in_one(delivery.pk)
    return bool(batch)


def _try_again() -> None:
    failed = _unread().filter(failures__gt=0).order_by("pk")
    for pk in failed.values_list("pk", flat=True)[:AT_ONCE]:
        _take_in_one(pk)


def _take_in_one(pk: int) -> bool:
    """In a transaction of its own; a failure is counted. False if another worker has it."""
    try:
        with transaction.atomic():
            delivery = _locked().filter(pk=pk).first()
            if delivery is None:
                return False
            if delivery.number is None:
                access.take_in(delivery)
            else:
                touched.mark([delivery])
            _mark_taken_in([delivery])
    except Exception:
        logger.exception("delivery %s cannot be taken in", pk)
        is_last = Q(failures__gte=MOST_FAILURES - 1)
        _unread().filter(pk=pk).update(
            failures=F("failures") + 1, taken_in_at=Case(When(is_last, then=Now()))
        )
    return True


def _unread() -> QuerySet[Delivery]:
    return Delivery.objects.filter(taken_in_at=None)


def _locked() -> QuerySet[Delivery]:
    """The unread, until the transaction ends, but for what another worker has in hand."""
    return _unread().select_for_update(skip_locked=True)


def _mark_taken_in(batch: list[Delivery]) -> None:
    Delivery.objects.filter(pk__in=[one.pk for one in batch]).update(taken_in_at=Now())


def _forget() -> None:
    """Delete what is old, from the first row on, which says whether there is any."""
    rows = Delivery.objects.filter(taken_in_at__isnull=False).order_by("pk").values("pk")
    old = Delivery.objects.filter(received_at__lt=Now() - KEPT)
    if old.filter(pk__in=rows[:1]).exists():
        old.filter(pk__in=rows[:FORGOTTEN_AT_ONCE]).delete()
