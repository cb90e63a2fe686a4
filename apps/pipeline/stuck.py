"""Who is stuck: what keeps a team from moving, as conditions that the database decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from apps.pipeline.columns import STATUS
from apps.pipeline.health import WAITING_SINCE, waiting_for_a_worker
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.recovery import RUNNING, silent_though_taken

MANY_ATTEMPTS = 3  # claims of a status without progress
LONG = timedelta(hours=6)  # a whole run of the largest teams takes less


@dataclass(frozen=True)
class Trouble:
    """One reason; of several that hold, the first of the table is told."""

    label: str
    holds: Callable[[datetime], Q]
    needs_somebody: bool = True  #: False: it goes on by itself, or a person has wanted it so


def _untaken(now: datetime) -> Q:
    """For as long as a deaf worker may live: a busy pool leaves a ticket for some seconds."""
    patience = timedelta(seconds=settings.PIPELINE["deaf_worker_seconds"])
    return waiting_for_a_worker(now) & Q(waiting_since__lte=now - patience)


TROUBLES: Mapping[str, Trouble] = MappingProxyType(
    {
        "failed": Trouble("Failed", lambda now: Q(**{STATUS: Status.FAILED})),
        "untaken": Trouble("No worker takes it", _untaken),
        "silent": Trouble("Its worker is silent", silent_though_taken),
        "struggling": Trouble(
            "Tried several times without progress",
            lambda now: RUNNING & Q(pipeline_attempts__gte=MANY_ATTEMPTS),
        ),
        "long": Trouble(
            f"Under way for more than {LONG // timedelta(hours=1)} hours",
            lambda now: RUNNING & Q(onboarding_pipeline_started_at__lte=now - LONG),
        ),
        "waiting": Trouble(
            "Waits for a time",
            lambda now: RUNNING & Q(pipeline_not_before__gt=now),
            needs_somebody=False,
        ),
        "paused": Trouble(
            "Paused by a person",
            lambda now: Q(**{f"{STATUS}__in": ACTIVE}, pipeline_paused=True),
            needs_somebody=False,
        ),
    }
)
STUCK = tuple(name for name, trouble in TROUBLES.items() if trouble.needs_somebody)


def with_trouble(teams: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """`trouble` (a name of the table, or empty) and `in_status_since` on each row."""
    entered = PipelineTransition.objects.filter(team=OuterRef("pk")).exclude(source=F("target"))
    found: QuerySet[Any] = teams.alias(waiting_since=WAITING_SINCE).annotate(
        trouble=Case(
            *(When(trouble.holds(now), then=Value(name)) for name, trouble in TROUBLES.items()),
            default=Value(""),
            output_field=CharField(),
        ),
        in_status_since=Coalesce(
            Subquery(entered.order_by("-ticket").values("at")[:1]),
            "pipeline_changed_at",
            output_field=DateTimeField(),
        ),
    )
    return found
