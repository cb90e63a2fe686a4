"""Computing a team's numbers anew because the team counts differently now."""

from functools import partial

from django.db import transaction
from django.utils.module_loading import import_string

from apps.pipeline.hints import hint
from apps.teams.models import Team

TASK = "apps.metrics.tasks.remeasure"


def recount(team: Team) -> None:
    """
    Have all of the team's weeks computed again, once the caller's transaction is through.

    A message that is lost costs time only: each run replaces all weeks as well.
    """
    transaction.on_commit(partial(_tell_a_worker, team.pk), robust=True)


def _tell_a_worker(team_pk: int) -> None:
    hint(import_string(TASK), args=[team_pk])
