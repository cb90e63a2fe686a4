"""Is the lift moving: how many teams wait for a worker, and for how long the longest has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, Count, DateTimeField, F, Min, Q, When
from django.db.models.functions import Coalesce

from apps.pipeline.clock import database_now
from apps.pipeline.columns import STATUS
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.rows import rows

ACTIVE_ROWS = Q(**{f"{STATUS}__in": ACTIVE})


@dataclass(frozen=True)
class Health:
    ok: bool
    active: int  #: teams with a step running or waiting
    unclaimed: int  #: of these, due and taken by nobody
    failed: int
    oldest_unclaimed_seconds: float  #: since when the longest of them waits; 0 when none does


def health_of_pipeline() -> Health:
    """One query; not ok when a due ticket has waited longer than a deaf worker would live."""
    now = database_now()
    if now is None:
        return Health(ok=True, active=0, unclaimed=0, failed=0, oldest_unclaimed_seconds=0)
    waiting = waiting_for_a_worker(now)
    counts = rows().aggregate(
        active=Count("pk", filter=ACTIVE_ROWS),
        unclaimed=Count("pk", filter=waiting),
        failed=Count("pk", filter=Q(**{STATUS: Status.FAILED})),
        oldest=Min(WAITING_SINCE, filter=waiting),
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


def waiting_for_a_worker(now: datetime) -> Q:
    """Rows whose ticket is due and that nobody has taken, however often it has been sent again."""
    due = Q(pipeline_not_before=None) | Q(pipeline_not_before__lte=now)
    unclaimed = Q(pipeline_claimed__lt=F("pipeline_ticket"))
    return ACTIVE_ROWS & due & unclaimed & Q(pipeline_paused=False)


def waiting_longer_than(seconds: float) -> int:
    """How many teams have waited for a worker for so long."""
    now = database_now()
    if now is None:
        return 0
    waiting = rows().filter(waiting_for_a_worker(now)).annotate(since=WAITING_SINCE)
    count: int = waiting.filter(since__lte=now - timedelta(seconds=seconds)).count()
    return count


#: A wait of the row's own ends at `not_before`; only then does it wait for a worker.
WAITING_SINCE = Case(
    When(pipeline_not_before__isnull=False, then=F("pipeline_not_before")),
    default=Coalesce("pipeline_waiting_since", "pipeline_changed_at"),
    output_field=DateTimeField(),
)
