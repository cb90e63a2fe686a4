"""`step_task`: makes a work function the Celery task of its status."""

from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from celery.signals import task_prerun
from django.db import close_old_connections

from apps.pipeline.claims import Claim
from apps.pipeline.runner import run_step


@task_prerun.connect(dispatch_uid="pipeline.connections")
def drop_broken_connections(**_arguments: Any) -> None:
    """
    Let every task, of any kind, begin with a connection that works.

    CELERY_DB_REUSE_MAX keeps connections over tasks (worth 1.9× of a hop); this closes those that
    the database has cut or that are older than CONN_MAX_AGE.
    """
    close_old_connections()


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
