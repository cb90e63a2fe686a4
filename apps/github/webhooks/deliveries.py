"""
Webhook deliveries: written down when they arrive, taken in a moment later, kept for a while.

The answer to GitHub waits for two statements and for no broker. The row is the truth; a message
to a worker only makes it quick, and the timetable looks for rows that nobody has taken in.
"""

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, QuerySet
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from apps.github.models import Connection, Delivery, TrackedRepository
from apps.github.webhooks import access, signed, touched
from apps.pipeline.hints import hint

logger = logging.getLogger(__name__)

TASK = "apps.github.tasks.take_in_deliveries"
QUEUE = "upkeep"
HINT_SECONDS = 60  # after which the timetable has sent the same
AT_ONCE = 200  # deliveries that one transaction takes in
KEPT = timedelta(days=30)  # against one that is sent again; GitHub itself resends for three days
FORGOTTEN_AT_ONCE = 10_000


def write_down(delivery: Delivery) -> bool:
    """
    Store what was told, once, and tell a worker; False if it was stored before.

    What concerns nobody here is not stored: anybody may install a public App, and their
    deliveries would fill the table. Where others wait already, no worker is told again: it takes
    in all that it finds. Of the same delivery twice at the same moment one is stored, too, but
    both may be taken for the first.
    """
    unread = Delivery.objects.filter(taken_in_at=None)
    found = (
        _concerned(delivery)
        .annotate(
            is_repeated=Exists(Delivery.objects.filter(delivery_id=delivery.delivery_id)),
            is_awaited=Exists(unread),
        )
        .values_list("is_repeated", "is_awaited")
        .first()
    )
    if found is None:
        return True
    is_repeated, is_awaited = found
    if is_repeated:
        return False
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)
    if not is_awaited:
        transaction.on_commit(_tell_a_worker, robust=True)
    return True


def take_in() -> None:
    """
    Make rows of everything that was told; safe to run in any number at once.

    What closes a way to GitHub comes first. One that fails is logged, waits for the next call and
    keeps no other waiting.
    """
    news = Delivery.objects.filter(taken_in_at=None, number=None).order_by("pk")
    for pk in news.values_list("pk", flat=True):
        try:
            _take_in_news(pk)
        except Exception:
            logger.exception("delivery %s cannot be taken in", pk)
    while _take_in_pull_requests():
        pass
    touched.ask_for_refreshes()
    _forget()


def _concerned(delivery: Delivery) -> QuerySet[Any]:
    """The rows that a delivery is about, of whatever team; a deleted team has none."""
    if delivery.event == signed.INSTALLATION:
        return Connection.objects.filter(installation_id=delivery.installation_id)
    if delivery.event == signed.AUTHORIZATION:
        return access.authorized_by(delivery)
    if delivery.event == signed.INSTALLATION_REPOSITORIES:
        return access.taken_away(delivery)
    rows = TrackedRepository.objects.filter(github_id=delivery.repository_id)
    return rows if delivery.number is None else rows.filter(is_selected=True)


def _tell_a_worker() -> None:
    hint(import_string(TASK), queue=QUEUE, expires=HINT_SECONDS)


def _take_in_news(pk: int) -> None:
    with transaction.atomic():
        delivery = _unread().filter(pk=pk).first()
        if delivery is not None:
            access.take_in(delivery)
            _mark_taken_in([delivery])


def _take_in_pull_requests() -> bool:
    """One transaction's worth; False when there is no more."""
    with transaction.atomic():
        batch = list(_unread().filter(number__isnull=False).order_by("received_at")[:AT_ONCE])
        if batch:
            touched.mark(batch)
            _mark_taken_in(batch)
    return len(batch) == AT_ONCE


def _unread() -> QuerySet[Delivery]:
    """Locked until the transaction ends, but for what another worker has in hand."""
    return Delivery.objects.select_for_update(skip_locked=True).filter(taken_in_at=None)


def _mark_taken_in(batch: list[Delivery]) -> None:
    Delivery.objects.filter(pk__in=[one.pk for one in batch]).update(taken_in_at=Now())


def _forget() -> None:
    """Delete what is old, from the first row on: no index is kept for it."""
    first = Delivery.objects.order_by("pk").values("pk")[:FORGOTTEN_AT_ONCE]
    old = Delivery.objects.filter(received_at__lt=Now() - KEPT, taken_in_at__isnull=False)
    old.filter(pk__in=first).delete()
