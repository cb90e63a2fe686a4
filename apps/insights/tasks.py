"""Doors: finding and explaining, in both phases."""

from django.utils import timezone

from apps.insights.explain import explain
from apps.insights.find import find
from apps.pipeline.claims import Claim
from apps.pipeline.tasking import step_task


@step_task
def compute_recent(claim: Claim) -> None:
    """Phase 1: find what the recent numbers say, and put it into words."""
    now = timezone.now()
    find(claim, now=now)
    explain(claim, now=now)


@step_task
def compute_all(claim: Claim) -> None:
    """Phase 2: the same over the whole history."""
    now = timezone.now()
    find(claim, now=now)
    explain(claim, now=now)
