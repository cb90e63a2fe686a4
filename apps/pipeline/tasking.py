"""`step_task`: makes a work function the Celery task of its status."""

from collections.abc import Callable
from typing import Any

from celery import Task, shared_task

from apps.pipeline.claims import Claim
from apps.pipeline.runner import run_step


def step_task(work: Callable[[Claim], None]) -> Task:
    """
    Register `work` under its dotted path; the message carries `team_id` and `ticket`, ids only.

    Unknown arguments are ignored, so that old and new code can run side by side in a deployment.
    """
    name = f"{work.__module__}.{work.__name__}"

    def run(self: Task, team_id: int, ticket: int, **_unknown: Any) -> None:
        run_step(work, task=name, team_id=team_id, ticket=ticket, task_id=self.request.id or "")

    run.__doc__ = work.__doc__
    task: Task = shared_task(bind=True, name=name)(run)
    return task
