"""
What a worker does by itself: recover, from its start on, and end when it has gone deaf.

A worker can be alive and deaf: after its broker has been killed several times it may take no
message any more. So each worker watches: tickets wait, the broker answers, and yet nothing has
arrived for long: it ends, and its supervisor starts a new one.
"""

import logging
import os
import signal
import threading
import time
from typing import Any

from celery.signals import task_received, worker_ready, worker_shutting_down
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.db.models import F

from apps.pipeline.clock import database_now
from apps.pipeline.columns import STATUS
from apps.pipeline.machine import ACTIVE
from apps.pipeline.recovery import recover
from apps.pipeline.rows import rows

logger = logging.getLogger(__name__)


class DeafnessWatch:
    """
    Remembers when this worker last heard a message, and decides whether it is deaf.

    :param patience: seconds of silence, while tickets wait, after which a worker counts as deaf.
    """

    def __init__(self, *, patience: float) -> None:
        self.patience = patience
        self.heard_at = time.monotonic()

    def heard(self) -> None:
        self.heard_at = time.monotonic()

    def is_deaf(self, *, waiting: int, busy: int) -> bool:
        """`waiting` unclaimed tickets, `busy` tasks that this worker has in hand."""
        silent_for = time.monotonic() - self.heard_at
        return waiting > 0 and busy == 0 and silent_for > self.patience


def waiting_tickets() -> int:
    """How many active teams have a ticket that is due and that nobody has taken."""
    if database_now() is None:
        return 0
    unclaimed = rows().filter(
        **{f"{STATUS}__in": ACTIVE},
        pipeline_paused=False,
        pipeline_not_before=None,
        pipeline_claimed__lt=F("pipeline_ticket"),
    )
    return unclaimed.count()


@worker_ready.connect(dispatch_uid="pipeline.watch")
def start_watch(sender: Any, **_kwargs: Any) -> None:
    """Recover what died with the last worker; then sweep, and listen for our own silence."""
    patience = settings.PIPELINE["deaf_worker_seconds"]
    watch = DeafnessWatch(patience=patience)
    stop = threading.Event()

    def on_message(**_arguments: Any) -> None:
        watch.heard()

    def on_shutdown(**_arguments: Any) -> None:
        stop.set()

    task_received.connect(on_message, weak=False)
    worker_shutting_down.connect(on_shutdown, weak=False)
    threading.Thread(
        target=_watch, args=(watch, sender, stop), name="deafness-watch", daemon=True
    ).start()


def _watch(watch: DeafnessWatch, consumer: Any, stop: threading.Event) -> None:
    actor = "worker start"
    while True:
        # Beat does this too; but Celery does not start a beat again that was killed.
        _safely(lambda actor=actor: recover(actor=actor))
        if stop.wait(settings.PIPELINE["sweep_seconds"]):
            return
        actor = "worker"
        busy = len(consumer.controller.state.active_requests) if _has_state(consumer) else 0
        if not _broker_answers(consumer):
            watch.heard()  # nobody could have told us anything
        elif watch.is_deaf(waiting=_safely(waiting_tickets) or 0, busy=busy):
            logger.error("no message for %.0f s while tickets wait: ending", watch.patience)
            os.kill(os.getpid(), signal.SIGTERM)
            return


def _has_state(consumer: Any) -> bool:
    return hasattr(getattr(consumer, "controller", None), "state")


def _broker_answers(consumer: Any) -> bool:
    try:
        with consumer.app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
    except Exception:  # noqa: BLE001 - whatever the transport raises means the same: no
        return False
    return True


def _safely(call: Any) -> Any:
    try:
        return call()
    except DatabaseError:
        logger.warning("the watch could not read the database", exc_info=True)
        return None
    finally:
        close_old_connections()
