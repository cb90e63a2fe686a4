"""The banner of phase 2: which days are there, and how far the older ones are."""

import hashlib
from dataclasses import dataclass
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
    sync_percent: int
    llm_percent: int
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

    :param may_move: whether the visitor may retry a failed phase 2.
    """
    standing = standing_of(team)
    in_background = standing.phase == 2 or _in_background(standing.failed_step)
    if standing.status != Status.COMPLETE and not in_background:
        return None
    seconds: int = settings.HISTORICAL_SYNC_CONFIG["banner_interval_seconds"]
    return Banner(
        state=_state(standing.status, is_paused=standing.is_paused),
        recent_days=quick_start_days(),
        sync_percent=team.background_sync_progress,
        llm_percent=team.background_llm_progress,
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
