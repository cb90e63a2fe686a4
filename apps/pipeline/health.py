"""Is the lift moving: counts for the health endpoint."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, F, Min, Q

from apps.pipeline.clock import database_now
from apps.pipeline.columns import STATUS
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.rows import rows


@dataclass(frozen=True)
class Health:
    ok: bool
    active: int  #: teams with a step running or waiting
    unclaimed: int  #: of these, due and taken by nobody
    failed: int
    oldest_unclaimed_seconds: float  #: 0 when none waits


def health_of_pipeline() -> Health:
    """One query; not ok when a due ticket has waited longer than a deaf worker would live."""
    now = database_now()
    if now is None:
        return Health(ok=True, active=0, unclaimed=0, failed=0, oldest_unclaimed_seconds=0)
    active = Q(**{f"{STATUS}__in": ACTIVE})
    waiting = active & Q(
        pipeline_paused=False, pipeline_not_before=None, pipeline_claimed__lt=F("pipeline_ticket")
    )
    counts = rows().aggregate(
        active=Count("pk", filter=active),
        unclaimed=Count("pk", filter=waiting),
        failed=Count("pk", filter=Q(**{STATUS: Status.FAILED})),
        oldest=Min("pipeline_changed_at", filter=waiting),
    )
    age = (now - counts["oldest"]) if counts["oldest"] else timedelta(0)
    limit = timedelta(seconds=2 * settings.PIPELINE["deaf_worker_seconds"])
    return Health(
        ok=age < limit,
        active=counts["active"],
        unclaimed=counts["unclaimed"],
        failed=counts["failed"],
        oldest_unclaimed_seconds=age.total_seconds(),
    )
