"""Having a team's numbers computed again outside of its runs."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils.module_loading import import_string

from apps.core.changes import pull_requests_changed
from apps.metrics.hooks import GATHER_SECONDS, is_first_change
from apps.pipeline.hints import hint
from apps.teams.models import Team

#: Named by path: tasks are doors, and nobody imports one.
REMEASURE, FRESHEN = "apps.metrics.tasks.remeasure", "apps.metrics.tasks.freshen"


def recount(team: Team) -> None:
    """
    Have all of the team's weeks computed again, once the caller's transaction is through.

    For a team that counts differently now. A message that is lost costs time only: each run
    replaces all weeks as well.
    """
    transaction.on_commit(partial(_tell, REMEASURE, args=[team.pk]), robust=True)


@receiver(pull_requests_changed, dispatch_uid="metrics.freshen")
def freshen_soon(*, team_id: int, **_arguments: Any) -> None:
    """Have the touched weeks computed again; many changes within some seconds are one."""
    if is_first_change(team_id):
        _tell(FRESHEN, args=[team_id], countdown=GATHER_SECONDS)


def _tell(task: str, **options: Any) -> None:
    hint(import_string(task), **options)
