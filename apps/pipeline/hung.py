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

from apps.pipeline.identity import PROC
from apps.pipeline.machine import STATUS_OF_TASK
from apps.pipeline.rows import rows

logger = logging.getLogger(__name__)

_USED = slice(11, 13)  # of the fields after the command's name: proc_pid_stat(5), utime and stime


@dataclass(frozen=True)
class Sign:
    """The last sign of life of a step."""

    heartbeat: datetime | None  #: None once the ticket is not the row's any more
    cpu: str  #: of its process, so far: a long batch's heartbeat shows only at its COMMIT
    seen_at: float  #: by a clock that nobody sets

    def differs_from(self, last: "Sign") -> bool:
        """Whether something has happened since the last one."""
        is_alive = self.heartbeat is not None and self.heartbeat != last.heartbeat
        return is_alive or self.cpu != last.cpu


class SignsOfLife:
    """
    Remembers when the steps that a worker's processes have in hand last gave a sign of life.

    A sign is a heartbeat, or time of the processor. A step whose ticket was taken away has no
    heartbeat: it ends at its next batch, unless it hangs.

    :param patience: seconds without a sign. Several times recovery's: what hangs has lost its step
        long before, and is in nobody's way but the next step's.
    """

    def __init__(self, *, patience: float) -> None:
        self.patience = patience
        self._signs: dict[str, Sign] = {}
        self._looked_at = time.monotonic()

    def overdue(self, requests: Iterable[Any]) -> list[Any]:
        """Look once more; of a worker's active requests, those without a sign for too long."""
        steps = {request.id: request for request in requests if request.name in STATUS_OF_TASK}
        heartbeats = _heartbeats(steps)
        now = time.monotonic()
        if now - self._looked_at >= self.patience:
            self._signs.clear()  # we were paused, and perhaps they were too
        self._looked_at = now
        last = self._signs
        self._signs = {}
        for key, request in steps.items():
            sign = Sign(heartbeats.get(key), _processor_time(request.worker_pid), now)
            is_new = key not in last or sign.differs_from(last[key])
            self._signs[key] = sign if is_new else last[key]
        return [
            steps[key] for key, sign in self._signs.items() if now - sign.seen_at >= self.patience
        ]


def kill(request: Any) -> None:
    """End the process that has this request; not where a pool of threads shares our own."""
    if request.worker_pid == os.getpid():
        return
    logger.error("%s hangs: killing process %s", request.name, request.worker_pid)
    with suppress(ProcessLookupError):
        os.kill(request.worker_pid, signal.SIGKILL)


def _processor_time(pid: int) -> str:
    """What a process has used of the processor; empty where nobody can know."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    return " ".join(stat.rpartition(")")[2].split()[_USED])


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
