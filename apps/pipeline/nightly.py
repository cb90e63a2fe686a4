"""The night: every team is brought up to date, whatever it is connected by."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from apps.pipeline.clock import database_now
from apps.pipeline.columns import STATUS
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import Status
from apps.pipeline.refreshes import refresh
from apps.pipeline.rows import rows

logger = logging.getLogger(__name__)

ACTOR = "nightly"
AT_ONCE = 50  # teams a call: with beat's five minutes, a thousand teams take under two hours


def refresh_due(now: datetime | None = None) -> list[int]:
    """
    Refresh the teams whose last run began before the latest NIGHTLY_HOUR; return their ids.

    At most AT_ONCE of them, those that have waited longest: the timetable asks again. So nothing is
    lost by a machine that is off at that hour, or by a call that dies; and any number of calls at
    once begin one run a team, because each begins it only from the ticket that it has read.

    :param now: default: the database's clock, by which runs begin.
    """
    hour: int | None = settings.PIPELINE["nightly_hour"]
    now = now or database_now()
    if hour is None or now is None:
        return []
    due = resting_since_before(latest(hour, now)).order_by("onboarding_pipeline_started_at")
    tickets = list(due.values_list("pk", "pipeline_ticket")[:AT_ONCE])
    refreshed = [pk for pk, ticket in tickets if refresh(pk, ticket=ticket, actor=ACTOR)]
    if refreshed:
        logger.info("%d teams are being updated", len(refreshed))
    return refreshed


def resting_since_before(moment: datetime | Combinable) -> QuerySet[Any]:
    """
    Teams at rest behind an open dashboard, whose last run began before that moment.

    It asks the row and its log only, never how the team reaches GitHub: a team that cannot be
    updated is to fail where its people see why. One that a person has cancelled rests until a
    person sets it going again.
    """
    cancelled = PipelineTransition.objects.filter(
        team=OuterRef("pk"), ticket=OuterRef("pipeline_ticket"), verb="cancel"
    )
    at_rest = Q(**{STATUS: Status.COMPLETE}) | Q(~Exists(cancelled), **{STATUS: Status.FAILED})
    return rows().filter(
        at_rest, phase1_completed_at__isnull=False, onboarding_pipeline_started_at__lt=moment
    )


def latest(hour: int, now: datetime) -> datetime:
    """The last time that it was this hour (UTC)."""
    today = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)
