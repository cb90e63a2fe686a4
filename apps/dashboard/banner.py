"""The banner of what happens behind the dashboard: an import, older days being read, an update."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings

from apps.core.history import quick_start_days
from apps.github.connecting.closed import possible_without_github
from apps.github.models import Connection
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.standing import Standing, standing_of
from apps.teams.journal import cancelled_by
from apps.teams.models import Team
from apps.teams.waiting import waiting_in_words

State = Literal["running", "waiting", "paused", "failed", "cancelled", "complete"]
#: `import` is one of a team whose dashboard was open before it began.
Kind = Literal["import", "older", "update"]


@dataclass(frozen=True)
class Banner:
    kind: Kind
    state: State
    sentence: str
    sync_percent: int | None  #: while older days come; an update has little to read
    llm_percent: int | None
    may_retry: bool
    poll_seconds: int | None  #: None: nothing is left to watch

    @property
    def version(self) -> str:
        """Changes with anything that the banner would show differently."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def banner_of(team: Team, *, may_move: bool) -> Banner | None:
    """
    The banner of an open dashboard; None before there is one. No query while something runs.

    :param may_move: whether the visitor may retry what has failed.
    """
    standing = standing_of(team)
    if not standing.dashboard_is_open:
        return None
    kind, state = _kind(standing), _state(team, standing)
    is_older = kind == "older" and standing.is_active
    seconds: int = settings.HISTORICAL_SYNC_CONFIG["banner_interval_seconds"]
    return Banner(
        kind=kind,
        state=state,
        sentence=_sentence(team, standing, kind, state),
        sync_percent=team.background_sync_progress if is_older else None,
        llm_percent=team.background_llm_progress if is_older else None,
        may_retry=may_move and _may_retry(team, standing),
        poll_seconds=seconds if standing.is_active else None,
    )


def _kind(standing: Standing) -> Kind:
    if standing.is_refresh:
        return "update"
    step = STEPS.get(standing.failed_step or standing.status)
    return "older" if step is None or step.phase == 2 else "import"


def _state(team: Team, standing: Standing) -> State:
    if standing.status == Status.COMPLETE:
        return "complete"
    if standing.status == Status.FAILED:
        return "cancelled" if cancelled_by(team) else "failed"
    if standing.is_paused:
        return "paused"
    return "waiting" if standing.error else "running"


def _may_retry(team: Team, standing: Standing) -> bool:
    if "retry" not in standing.can:
        return False
    return not closed_because_of(team) or "retry" in possible_without_github(standing)


def closed_because_of(team: Team) -> str:
    """Why GitHub cannot be asked any more; no statement if the team was read with its way there."""
    way: Connection | None = getattr(team, "github", None)
    return way.closed_because if way else ""


#: By kind and state; {days} are those that phase 1 reads, {as_of} is when all was read.
SENTENCES: dict[Kind, dict[State, str]] = {
    "import": {
        "running": "A new import is running. Until its first numbers are computed, what you see"
        " is from before it.",
        "waiting": "The new import waits, and what you see is from before it. {reason}",
        "paused": "The new import is paused. What you see is from before it.",
        "failed": "The new import has stopped. What you see is from before it. {reason}",
        "cancelled": "The new import was cancelled. What you see is from before it, and nothing"
        " new is read before somebody tries again.",
    },
    "older": {
        "running": "The last {days} days are here; older pull requests are still being read."
        " Numbers may change.",
        "waiting": "The last {days} days are here; reading the older ones waits. {reason}",
        "paused": "The last {days} days are here; reading the older ones is paused.",
        "failed": "The last {days} days are here; reading the older ones has stopped. {reason}",
        "cancelled": "The last {days} days are here; reading the older ones was cancelled.",
        "complete": "The whole history is read, up to now. Reload the page to see it in the"
        " numbers.",
    },
    "update": {
        "running": "Updating: what changed since {as_of} is being read.",
        "waiting": "The numbers are as of {as_of}; the update waits. {reason}",
        "paused": "The numbers are as of {as_of}; the update is paused.",
        "failed": "The numbers are as of {as_of}; updating has stopped. {reason}",
        "cancelled": "The numbers are as of {as_of}; the update was cancelled, and nothing new is"
        " read before somebody tries again.",
    },
}


def _sentence(team: Team, standing: Standing, kind: Kind, state: State) -> str:
    return SENTENCES[kind][state].format(
        days=quick_start_days(),
        as_of=_moment(standing.complete_at, team),
        reason=waiting_in_words(standing, team) if standing.is_active else standing.error,
    )


def _moment(moment: datetime | None, team: Team) -> str:
    if moment is None:
        return ""
    return f"{moment.astimezone(team.zone):%-d %b, %H:%M} ({team.time_zone})"
