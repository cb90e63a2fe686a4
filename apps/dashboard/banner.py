"""The banner of what happens behind the dashboard: older days being read, or an update."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings

from apps.core.history import quick_start_days
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.standing import standing_of
from apps.teams.models import Team


@dataclass(frozen=True)
class Banner:
    state: Literal["running", "paused", "failed", "complete"]
    recent_days: int
    updates_since: datetime | None  #: of an update: when all was read; None while older days come
    sync_percent: int | None  #: None in an update, which has little to read
    llm_percent: int | None
    reason: str  #: why it waits or has failed; empty while all is well
    may_retry: bool
    poll_seconds: int | None  #: None: nothing is left to watch

    @property
    def version(self) -> str:
        """Changes with anything that the banner would show differently."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def banner_of(team: Team, *, may_move: bool) -> Banner | None:
    """
    The banner of an open dashboard; no query. None before phase 2.

    :param may_move: whether the visitor may retry what has failed.
    """
    standing = standing_of(team)
    in_background = standing.phase == 2 or _in_background(standing.failed_step)
    if standing.status != Status.COMPLETE and not in_background:
        return None
    seconds: int = settings.HISTORICAL_SYNC_CONFIG["banner_interval_seconds"]
    return Banner(
        state=_state(standing.status, is_paused=standing.is_paused),
        recent_days=quick_start_days(),
        updates_since=standing.complete_at if standing.is_refresh else None,
        sync_percent=None if standing.is_refresh else team.background_sync_progress,
        llm_percent=None if standing.is_refresh else team.background_llm_progress,
        reason=standing.error,
        may_retry=may_move and "retry" in standing.can,
        poll_seconds=seconds if standing.is_active else None,
    )


def _in_background(status: Status | None) -> bool:
    return status is not None and status in STEPS and STEPS[status].phase == 2


def _state(
    status: Status, *, is_paused: bool
) -> Literal["running", "paused", "failed", "complete"]:
    if status == Status.FAILED:
        return "failed"
    if status == Status.COMPLETE:
        return "complete"
    return "paused" if is_paused else "running"
