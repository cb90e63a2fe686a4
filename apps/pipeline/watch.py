"""
What a worker does by itself: recover, end what hangs, and end when it has gone deaf.

A worker can be alive and deaf: after its broker has been killed several times it may take no
message any more. So each worker watches: tickets have waited long, the broker answers, and yet
nothing has arrived: it ends, and its supervisor starts a new one.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from celery.exceptions import WorkerLostError
from celery.signals import task_failure, task_received, worker_ready, worker_shutting_down
from celery.worker import state
from django.conf import settings

from apps.pipeline.forks import between_forks, let_forks_wait
from apps.pipeline.health import waiting_longer_than
from apps.pipeline.hung import SignsOfLife, kill
from apps.pipeline.recovery import hand_over, recover, silent_teams

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
SHORT_STEP = 1.0  # seconds that a step may take to end by itself when its worker is told to stop
A_MOMENT = 1.0  # seconds in which a process that was paused together with us gives a sign
GRACE = 10.0  # seconds between asking the own process to end and ending it; it has no work in hand


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
        """`waiting` tickets for longer than `patience`; `busy` tasks that this worker has."""
        silent_for = time.monotonic() - self.heard_at
        return waiting > 0 and busy == 0 and silent_for > self.patience


class Bell:
    """
    Wakes the watch. Safe to ring from a signal handler: its queue is reentrant, an Event is not.
    """

    def __init__(self) -> None:
        self._rings: SimpleQueue[bool] = SimpleQueue()

    def ring(self, *, stop: bool = False) -> None:
        self._rings.put(stop)

    def wait(self, seconds: float) -> bool:
        """Return when somebody rings, or after so many seconds; True if the worker is to stop."""
        try:
            return self._rings.get(timeout=seconds)
        except Empty:
            return False


@worker_ready.connect(dispatch_uid="pipeline.watch")
def start_watch(sender: Any, **_kwargs: Any) -> None:
    """Recover what died with the last worker; then sweep, and listen for our own silence."""
    let_forks_wait()
    watch = DeafnessWatch(patience=settings.PIPELINE["deaf_worker_seconds"])
    bell = Bell()

    def on_message(**_arguments: Any) -> None:
        watch.heard()

    def on_failure(exception: Any = None, **_arguments: Any) -> None:
        if isinstance(exception, WorkerLostError):  # a child of ours died in the midst of a task
            bell.ring()

    def on_shutdown(**_arguments: Any) -> None:
        bell.ring(stop=True)

    task_received.connect(on_message, weak=False)
    task_failure.connect(on_failure, weak=False)
    worker_shutting_down.connect(on_shutdown, weak=False)
    threading.Thread(
        target=keep_watch,
        args=(watch, bell),
        kwargs={"broker_answers": lambda: answers(sender.app), "end": end_this_worker},
        name="deafness-watch",
        daemon=True,
    ).start()


def keep_watch(
    watch: DeafnessWatch,
    bell: Bell,
    *,
    broker_answers: Callable[[], bool],
    end: Callable[[], None],
) -> None:
    """Sweep at once, at each ring and every `sweep_seconds`, until told to stop, or deaf."""
    signs = SignsOfLife(patience=settings.PIPELINE["hung_seconds"])
    actor = "worker start"
    while True:
        end_what_hangs(signs)
        # Beat does this too; but Celery does not start a beat again that was killed.
        sweep(actor)
        if bell.wait(settings.PIPELINE["sweep_seconds"]):
            time.sleep(SHORT_STEP)
            _safely(partial(hand_over, actor="worker stop"))
            return
        actor = "worker"
        if not broker_answers():
            watch.heard()  # nobody could have told us anything
            continue
        waiting = _safely(partial(waiting_longer_than, watch.patience)) or 0
        if watch.is_deaf(waiting=waiting, busy=len(state.active_requests)):
            logger.error("no message for %.0f s while tickets wait: ending", watch.patience)
            end()
            return


def sweep(actor: str) -> None:
    """Recover team by team, so that whoever waits to fork waits for one team, not for all."""
    for team_id in _safely(silent_teams) or ():
        _safely(partial(recover, team_id=team_id, actor=actor))


def end_what_hangs(signs: SignsOfLife) -> None:
    """Kill those of our processes that are overdue; if only we were paused, they go on first."""
    if overdue := _safely(lambda: signs.overdue(list(state.active_requests))):
        logger.warning("%d steps show no sign of life", len(overdue))
        time.sleep(A_MOMENT)
        for request in _safely(lambda: signs.overdue(list(state.active_requests))) or ():
            kill(request)


def answers(app: Any) -> bool:
    """Whether the broker lets itself be connected to, within two seconds."""
    try:
        with between_forks(), app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
    except Exception:  # noqa: BLE001 - whatever the transport raises means the same: no
        return False
    return True


def end_this_worker() -> None:
    """Ask our own process to end as a supervisor would; end it if it does not listen."""
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def _safely(call: Callable[[], Result]) -> Result | None:
    try:
        with between_forks():
            return call()
    except Exception:
        # A watch that ends with one bad moment would watch over nothing from then on.
        logger.exception("the watch goes on after this")
        return None
