"""Doors: finding and explaining, in both phases, and after a team has moved a threshold."""

import logging

from celery import shared_task
from django.db import Error as DatabaseError
from django.utils import timezone

from apps.insights.explain import explain
from apps.insights.find import find
from apps.insights.later import recompute_later
from apps.insights.recompute import Busy, compute_anew
from apps.pipeline.claims import Claim
from apps.pipeline.runner import OVERTAKEN
from apps.pipeline.tasking import step_task

logger = logging.getLogger(__name__)

RETRY_SECONDS, RETRIES = 30, 20  # together longer than an insights step takes


@step_task
def compute_recent(claim: Claim) -> None:
    """
    Phase 1: find what the recent numbers say, and put it into words.

    Where that fails, the dashboard opens without it: nobody waits for numbers because of what may
    be said of them. It is tried again at once, and by phase 2.
    """
    now = timezone.now()
    try:
        find(claim, now=now)
        explain(claim, now=now)
    except (*OVERTAKEN, DatabaseError):
        raise
    except Exception:
        logger.exception("team %s: its dashboard opens without insights", claim.row.pk)
        recompute_later(team_id=claim.row.pk)


@step_task
def compute_all(claim: Claim) -> None:
    """Phase 2: the same over the whole history."""
    now = timezone.now()
    find(claim, now=now)
    explain(claim, now=now)


@shared_task(
    name="apps.insights.tasks.recompute",
    autoretry_for=(Busy,),
    default_retry_delay=RETRY_SECONDS,
    max_retries=RETRIES,
    throws=(Busy,),
)
def recompute(team_id: int, **_unknown: object) -> None:
    """The same outside of a run. Safe at any number of times; waits while a run is at it."""
    compute_anew(team_id, now=timezone.now())
