"""From a move to the signals that hooks listen to."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from apps.pipeline import signals
from apps.pipeline.machine import OPENS_DASHBOARD, STEPS, Status

if TYPE_CHECKING:
    from apps.pipeline.columns import PipelineColumns


@dataclass(frozen=True)
class Moved:
    """A stored move: what the log row says of it, and whether it is an update's."""

    team_id: int
    ticket: int
    run: int
    verb: str
    source: str
    target: str
    actor: str
    reason: str
    position: str  #: how far the status that is left had come; for people
    was_complete: bool  #: before it, the whole history had been read once and not been restarted

    def logged(self) -> dict[str, Any]:
        """The columns of its log row."""
        columns = vars(self).copy()
        del columns["was_complete"]
        return columns


def seconds_of_run(row: "PipelineColumns") -> float | None:
    """Seconds since the run of a row that is being moved began; None while it begins."""
    started = row.onboarding_pipeline_started_at
    return (timezone.now() - started).total_seconds() if isinstance(started, datetime) else None


def tell_hooks(row: "PipelineColumns", move: Moved, *, seconds: float | None) -> None:
    """
    Tell what a move means to the world; a ticket that kept the status means nothing to it.

    :param seconds: of the run, read when the move was made: the row may have gone on since.
    """
    if move.verb in ("start", "restart"):
        signals.tell(signals.onboarding_started, row, run=move.run, actor=move.actor)
    elif move.source == move.target:
        return
    step = STEPS.get(Status(move.target))
    signals.tell(
        signals.onboarding_progress,
        row,
        run=move.run,
        status=move.target,
        phase=step.phase if step else None,
    )
    if move.target == Status.FAILED:
        failed = signals.refresh_failed if move.was_complete else signals.onboarding_failed
        signals.tell(failed, row, run=move.run, step=move.source, reason=move.reason)
    if move.verb == "advance":
        _tell_milestones(row, move, seconds)


def _tell_milestones(row: "PipelineColumns", move: Moved, seconds: float | None) -> None:
    if move.was_complete:  # a refresh: it opens and completes nothing
        if move.target == Status.COMPLETE:
            signals.tell(signals.refreshed, row, run=move.run, seconds=seconds)
        return
    skipped_phase2 = not row.pipeline_two_phase
    if move.target == Status.PHASE1_COMPLETE or (move.target in OPENS_DASHBOARD and skipped_phase2):
        signals.tell(signals.phase1_completed, row, run=move.run, seconds=seconds)
    if move.target == Status.COMPLETE:
        signals.tell(signals.onboarding_completed, row, run=move.run, seconds=seconds)
