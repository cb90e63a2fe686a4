"""
Steps that hang: a pool process has one in hand and shows no sign of life.

Recovery gives the step to another process, but that does not free what the hanging one holds: its
place in the pool, and, if it stands still inside a transaction, the lock on its row; on SQLite,
the lock on everything. Only its end does. What it has in hand is fenced or rolled back anyway.
"""

import logging
import os
import signal
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.pipeline.machine import STATUS_OF_TASK
from apps.pipeline.rows import rows

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sign:
    """The last sign of life of a step."""

    heartbeat: datetime | None  #: None once the ticket is not the row's any more
    seen_at: float  #: by a clock that nobody sets


class SignsOfLife:
    """
    Remembers when the steps that a worker's processes have in hand last gave a sign of life.

    A step whose ticket was taken away gives none: it ends at its next batch, unless it hangs.

    :param patience: seconds without a sign; as many as recovery waits, for the same reason.
    """

    def __init__(self, *, patience: float) -> None:
        self.patience = patience
        self._signs: dict[str, Sign] = {}

    def overdue(self, requests: Iterable[Any]) -> list[Any]:
        """Look once more; of a worker's active requests, those without a sign for too long."""
        steps = {request.id: request for request in requests if request.name in STATUS_OF_TASK}
        heartbeats = _heartbeats(steps)
        now = time.monotonic()
        signs = {}
        for key in steps:
            last, heartbeat = self._signs.get(key), heartbeats.get(key)
            if last is None or (heartbeat is not None and heartbeat != last.heartbeat):
                last = Sign(heartbeat, now)
            signs[key] = last
        self._signs = signs
        return [steps[key] for key in steps if now - signs[key].seen_at >= self.patience]


def kill(request: Any) -> None:
    """End the process that has this request; not where a pool of threads shares our own."""
    if request.worker_pid == os.getpid():
        return
    logger.error("%s hangs: killing process %s", request.name, request.worker_pid)
    with suppress(ProcessLookupError):
        os.kill(request.worker_pid, signal.SIGKILL)


def _heartbeats(steps: Mapping[str, Any]) -> dict[str, datetime]:
    """Of the steps whose ticket is still their row's."""
    if not steps:
        return {}
    tickets = {
        (team_id, ticket): heartbeat
        for team_id, ticket, heartbeat in rows()
        .filter(pk__in={request.kwargs["team_id"] for request in steps.values()})
        .values_list("pk", "pipeline_ticket", "pipeline_heartbeat_at")
    }
    found = {
        key: tickets.get((request.kwargs["team_id"], request.kwargs["ticket"]))
        for key, request in steps.items()
    }
    return {key: heartbeat for key, heartbeat in found.items() if heartbeat is not None}
