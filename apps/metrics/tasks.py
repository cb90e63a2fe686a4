"""Doors: measuring, in both phases."""

from django.utils import timezone

from apps.core.history import history_start, recent_window
from apps.metrics.measure import measure
from apps.pipeline.claims import Claim
from apps.pipeline.tasking import step_task


@step_task
def compute_recent(claim: Claim) -> None:
    """Phase 1: measure every week of what phase 1 has read."""
    row = claim.row
    window = recent_window(row.onboarding_pipeline_started_at, two_phase=row.pipeline_two_phase)
    measure(claim, since=window.since, now=timezone.now())


@step_task
def compute_all(claim: Claim) -> None:
    """Phase 2: measure every week of the whole history again."""
    since = history_start(claim.row.onboarding_pipeline_started_at)
    measure(claim, since=since, now=timezone.now())
