"""Where a team stands, as plain values for pages, commands and the admin."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.utils import timezone
from django_fsm import can_proceed

from apps.pipeline.columns import STATUS, PipelineColumns
from apps.pipeline.machine import ACTIVE, FIRST, STEPS, Status, journey, refresh_journey
from apps.pipeline.models import PipelineModel

#: What people and buttons may ask for, in the order in which it is offered.
VERBS_FOR_PEOPLE = ("start", "pause", "resume", "retry", "cancel", "refresh", "restart")


@dataclass(frozen=True)
class Standing:
    status: Status
    label: str
    phase: int | None  #: 1 or 2 while something runs; None at rest
    failed_step: Status | None  #: where a failed run goes on when it is retried
    is_active: bool
    is_paused: bool
    is_starting: bool  #: a run was begun, and no worker has taken its first step yet
    error: str  #: for people: why it failed, or what it waits for; empty when all is well
    waits_for: Literal["", "worker", "time"]
    not_before: datetime | None  #: until when it waits, if it waits for time
    dashboard_is_open: bool
    complete_at: datetime | None  #: when all was read for the last time; None in a first run
    is_refresh: bool  #: the run, running or failed, brings a complete history up to date
    can: frozenset[str]  #: of VERBS_FOR_PEOPLE, what the status allows
    percent: int  #: 0 to 100 of the run's steps; 100 only when complete
    steps: tuple[Status, ...]  #: every status of its run, in order, to `complete`
    done: tuple[Status, ...]  #: steps behind it, in order
    to_come: tuple[Status, ...]  #: steps ahead of it, in order

    @property
    def is_refreshing(self) -> bool:
        return self.is_active and self.is_refresh


def standing_of(row: PipelineModel, *, now: datetime | None = None) -> Standing:
    """Read a loaded row; no query. `now` (this clock) only decides "waiting for a worker"."""
    status = Status(getattr(row, STATUS))
    two_phase = row.pipeline_two_phase
    steps = refresh_journey() if row.is_refresh else journey(two_phase=two_phase)
    # A failed run stands where it failed, so that its progress does not fall back to nothing.
    failed_step = Status(row.pipeline_failed_step) if row.pipeline_failed_step else None
    place = failed_step or status
    behind = steps.index(place) if place in steps else 0
    step = STEPS.get(status)
    return Standing(
        status=status,
        label=status.label,
        phase=step.phase if step else None,
        failed_step=failed_step,
        is_active=status in ACTIVE,
        is_paused=row.pipeline_paused,
        is_starting=_is_starting(row, status),
        error=row.onboarding_pipeline_error,
        waits_for=_waits_for(row, status, now or timezone.now()),
        not_before=row.pipeline_not_before,
        dashboard_is_open=row.phase1_completed_at is not None,
        complete_at=row.onboarding_pipeline_completed_at,
        is_refresh=row.is_refresh,
        can=frozenset(verb for verb in VERBS_FOR_PEOPLE if can_proceed(getattr(row, verb))),
        percent=100 * behind // (len(steps) - 1),
        steps=steps,
        done=steps[:behind],
        to_come=steps[behind + 1 :],
    )


def _waits_for(
    row: PipelineColumns, status: Status, now: datetime
) -> Literal["", "worker", "time"]:
    if status not in ACTIVE or row.pipeline_paused:
        return ""
    if row.pipeline_not_before is not None:
        return "time"
    patience = timedelta(seconds=settings.PIPELINE["lost_dispatch_seconds"])
    since = row.pipeline_waiting_since or row.pipeline_changed_at
    return "worker" if _is_unclaimed(row) and now - since > patience else ""


def _is_starting(row: PipelineColumns, status: Status) -> bool:
    is_untried = row.pipeline_attempts == 0 and row.pipeline_not_before is None
    return status == FIRST and is_untried and _is_unclaimed(row)


def _is_unclaimed(row: PipelineColumns) -> bool:
    return bool(row.pipeline_claimed < row.pipeline_ticket)
