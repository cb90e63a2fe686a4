"""
For `celery worker --include`: every step of the pipeline without its work, and a link of a chain.

The tasks are made by the pipeline's own `step_task`, under their own names, so that everything else
is what production runs. Importing this module changes nothing; a worker that starts with it is
changed before it takes its first message.
"""

import time
from pathlib import Path
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_init
from django.conf import settings

from apps.operations.bench.stamps import Kind, Stamp, now, write
from apps.pipeline import receivers
from apps.pipeline.claims import Claim
from apps.pipeline.machine import ACTIVE, STEPS, Status
from apps.pipeline.tasking import step_task

QUEUE = "phase1"  # of the links: the queue that a worker empties first


def folder() -> Path:
    """Where stamps go."""
    state: Path = settings.STATE_DIR
    return state / "stamps"


@shared_task(name="apps.operations.bench.noop_steps.link")
def link(flow: int, place: int, seconds: float = 0.0) -> None:
    """One task of a plain chain; it does nothing, or nothing for so long."""
    begun = now()
    if seconds:
        time.sleep(seconds)
    _write("chain", flow, place, begun, now())


@worker_init.connect(dispatch_uid="bench.noop_steps")
def replace_steps(sender: Any, **_kwargs: Any) -> None:
    """Take the work out of every step of this worker, and note the moments of what remains."""
    tasks = sender.app.tasks
    moments: list[int] = []
    note_publishing(moments)
    for status in ACTIVE:
        tasks.unregister(STEPS[status].task)
        step_task(noop(STEPS[status].task, moments))
        note_running(tasks[STEPS[status].task], status, moments)


def noop(path: str, moments: list[int]) -> Any:
    """A work function of that dotted path that does nothing but note that it was called."""

    def work(_claim: Claim) -> None:
        moments.append(now())

    work.__module__, _, work.__name__ = path.rpartition(".")
    return work


def note_running(task: Task, status: Status, moments: list[int]) -> None:
    """Let a step's task note its first line, before the claim, and its last."""
    run = task.run

    def noted(team_id: int, ticket: int, **others: Any) -> None:
        moments[:] = [now()]
        run(team_id, ticket, **others)
        if len(moments) > 1:  # else the ticket was stale, and this is no step
            _write("pipeline", team_id, ACTIVE.index(status), *moments, now())

    task.run = noted


def note_publishing(moments: list[int]) -> None:
    """Let the receiver note when the commit was over, and when the message was sent."""
    publish = receivers.publish

    def noted(team_id: int, *, ticket: int, status: Status) -> None:
        moments.append(now())
        publish(team_id, ticket=ticket, status=status)
        moments.append(now())

    receivers.publish = noted


def _write(kind: Kind, flow: int, place: int, *moments: int) -> None:
    write(folder(), Stamp(kind, flow, place, moments))
