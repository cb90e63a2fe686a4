"""
Recovery: save the status of a silent row again, and nothing else.

It starts no chain and touches no other status. It may run anywhere and in any number at once:
beat, a worker's start, `manage.py pipeline recover`, the poll of a status page.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from apps.pipeline.clock import database_now
from apps.pipeline.columns import STATUS
from apps.pipeline.crash_points import Point, reached
from apps.pipeline.identity import is_gone, is_ours, place
from apps.pipeline.machine import ACTIVE
from apps.pipeline.models import PipelineModel
from apps.pipeline.rows import locked, rows

logger = logging.getLogger(__name__)

DUE = "its wait is over"
LOST = "nobody has taken it"
DEAD = "its worker has gone silent"
DIED = "its worker has died"
STOPPING = "its worker was told to stop"
GAVE_UP = "This step stopped several times without getting any further. You can try again."

RUNNING = Q(**{f"{STATUS}__in": ACTIVE}, pipeline_paused=False)
TAKEN = Q(pipeline_claimed=F("pipeline_ticket"))


@dataclass(frozen=True)
class Recovered:
    """One row that was sent again, or given up (`verb` is "fail")."""

    team_id: int
    status: str
    ticket: int  #: the new one
    verb: str
    reason: str


def recover(*, team_id: int | None = None, actor: str = "recovery") -> list[Recovered]:
    """
    Send every silent row again under a new ticket, or one team's; return those that were.

    A row is silent when its wait is over, when nobody has taken its ticket for D seconds (at a
    growing interval: a ticket that nobody takes says that no worker is there), or when it was
    taken and has shown no heartbeat for H seconds, or by a process of this machine that has ended.
    A step that makes progress is none of these, however long it takes. Only taken tickets count as
    attempts.
    """
    now = database_now()
    if now is None:
        return []
    found = [_try_row(pk, now, actor) for pk in _silent_teams(now, team_id)]
    return [recovered for recovered in found if recovered is not None]


def silent_teams() -> list[int]:
    """The ids of all teams that `recover` would send again at this moment."""
    now = database_now()
    return [] if now is None else _silent_teams(now, None)


def hand_over(*, actor: str) -> list[Recovered]:
    """
    Send again what this process and its children have taken; for a worker that is told to stop.

    Its children are fenced from their next batch on, so at most one batch is done twice, and the
    next worker need not wait until they have gone silent. The attempts do not count. A row that is
    locked by a batch is waited for.
    """
    now = database_now()
    if now is None:
        return []
    ours = [row.pk for row in rows().filter(taken_here()) if is_ours(row.pipeline_worker)]
    found = [_try_row(pk, now, actor, stopping=True) for pk in ours]
    return [recovered for recovered in found if recovered is not None]


def _silent_teams(now: datetime, team_id: int | None) -> list[int]:
    candidates = rows().filter(silent(now) | taken_here())
    if team_id is not None:
        candidates = candidates.filter(pk=team_id)
    return [row.pk for row in candidates if silence_of(row, now)]


def _try_row(pk: int, now: datetime, actor: str, *, stopping: bool = False) -> Recovered | None:
    try:
        return _recover_row(pk, now, actor, stopping=stopping)
    except Exception:
        # One row that cannot be saved must not keep all others waiting.
        logger.exception("team %s could not be recovered", pk)
        return None


def _recover_row(pk: int, now: datetime, actor: str, *, stopping: bool = False) -> Recovered | None:
    with transaction.atomic():
        row: PipelineModel | None = locked(pk, skip_locked=not stopping).filter(RUNNING).first()
        if row is None:
            return None
        reason = silence_of(row, now) or (STOPPING if stopping and _is_taken_by_us(row) else None)
        if reason is None:
            return None
        row.by(actor, reason=reason, alone=True)
        if reason in (DEAD, DIED) and row.pipeline_attempts >= settings.PIPELINE["attempts"]:
            verb = "fail"
            row.fail(reason=GAVE_UP)
        else:
            verb = "send_again"
            row.send_again(forgiven=reason == STOPPING)
        row.save(update_fields=[STATUS])
        reached(Point.RECOVERING, row.onboarding_pipeline_status)
    status = row.onboarding_pipeline_status
    logger.info("team %s at %s: %s, %s", pk, status, reason, verb)
    return Recovered(pk, status, row.pipeline_ticket, verb, reason)


def silent(now: datetime) -> Q:
    """A condition that no healthy row meets; `silence_of` then looks closer at each row."""
    lost_since = now - timedelta(seconds=settings.PIPELINE["lost_dispatch_seconds"])
    unclaimed = Q(pipeline_claimed__lt=F("pipeline_ticket"))
    due = Q(pipeline_not_before__lte=now)
    lost = unclaimed & Q(pipeline_not_before=None, pipeline_changed_at__lte=lost_since)
    return RUNNING & (due | lost | silent_though_taken(now))


def silent_though_taken(now: datetime) -> Q:
    """Rows whose worker shows no sign of life, though it has their ticket."""
    dead_since = now - timedelta(seconds=settings.PIPELINE["silence_seconds"])
    no_sign = Q(pipeline_heartbeat_at__lte=dead_since) | Q(
        pipeline_heartbeat_at=None, pipeline_changed_at__lte=dead_since
    )
    return RUNNING & TAKEN & no_sign


def taken_here() -> Q:
    """Rows that a process of this machine has taken, which may have ended since."""
    here = place()
    if not here:
        return Q(pk__in=())
    return RUNNING & TAKEN & Q(pipeline_worker__startswith=f"{here} ")


def silence_of(row: PipelineModel, now: datetime) -> str | None:
    """Why the row is to be sent again, or None while it is healthy or waits its turn."""
    if row.pipeline_not_before is not None:
        return DUE if row.pipeline_not_before <= now else None
    if row.pipeline_claimed < row.pipeline_ticket:
        return LOST if now - row.pipeline_changed_at >= _patience(row) else None
    if is_gone(row.pipeline_worker):
        return DIED
    silence = now - (row.pipeline_heartbeat_at or row.pipeline_changed_at)
    return DEAD if silence >= timedelta(seconds=settings.PIPELINE["silence_seconds"]) else None


def _is_taken_by_us(row: PipelineModel) -> bool:
    return row.pipeline_claimed == row.pipeline_ticket and is_ours(row.pipeline_worker)


def _patience(row: PipelineModel) -> timedelta:
    """How long the last ticket may lie there: as long as those before it did, within bounds."""
    waited = row.pipeline_changed_at - (row.pipeline_waiting_since or row.pipeline_changed_at)
    least = timedelta(seconds=settings.PIPELINE["lost_dispatch_seconds"])
    most = timedelta(seconds=settings.PIPELINE["lost_dispatch_max_seconds"])
    return min(max(waited, least), most)
