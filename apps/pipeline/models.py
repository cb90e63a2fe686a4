"""The row that travels, by five verbs and some; and the log of its travels."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django_fsm import GET_STATE, RETURN_VALUE
from django_fsm import transition as fsm_transition

from apps.pipeline.columns import STATUS, PipelineColumns
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import (
    ACTIVE,
    FIRST,
    FIRST_IN_BACKGROUND,
    OPENS_DASHBOARD,
    Status,
    journey,
    next_status,
)

MOVE_PERMISSION = "teams.move_pipeline"


def is_paused(row: Any) -> bool:
    return bool(row.pipeline_paused)


def is_running(row: Any) -> bool:
    return not row.pipeline_paused


def has_open_dashboard(row: Any) -> bool:
    return row.phase1_completed_at is not None


class PipelineModel(PipelineColumns):
    """
    A row that travels through `STEPS`.

    A verb changes the row in memory and does nothing else. `save()` stores the change if nobody
    moved the row since it was loaded, mints a ticket, and writes the log row in the same
    transaction; the receiver then sends one task. Go through `apps.pipeline.moves.move()`.
    """

    class Meta(PipelineColumns.Meta):
        abstract = True

    # --- Verbs: each changes fields and does nothing else ---------------------------------------

    @fsm_transition(
        STATUS,
        source=Status.NOT_STARTED,
        target=FIRST,
        permission=MOVE_PERMISSION,
        custom={"label": "Start", "admin": True},
    )
    def start(self, *, two_phase: bool = True) -> None:
        self._begin_run("start", two_phase=two_phase)
        self._change(onboarding_pipeline_completed_at=None)

    @fsm_transition(
        STATUS,
        source=ACTIVE,
        target=GET_STATE(lambda row: row.next_status(), states=journey(two_phase=True)),
        custom={"admin": False},  # only the task that did the work may say that it is done
    )
    def advance(self) -> None:
        target = self.next_status()
        self._enter("advance")
        if target in OPENS_DASHBOARD and self.phase1_completed_at is None:
            self._change(phase1_completed_at=Now())
        if target == Status.COMPLETE:
            self._change(onboarding_pipeline_completed_at=Now())

    @fsm_transition(STATUS, source=ACTIVE, target=Status.FAILED, custom={"admin": False})
    def fail(self, reason: str) -> None:
        self._stop("fail", reason)

    @fsm_transition(
        STATUS,
        source=ACTIVE,
        target=Status.FAILED,
        permission=MOVE_PERMISSION,
        custom={"label": "Cancel", "admin": True},
    )
    def cancel(self) -> None:
        self._stop("cancel", "The import was cancelled. Nothing that was read is lost.")

    @fsm_transition(
        STATUS,
        source=Status.FAILED,
        target=RETURN_VALUE(*ACTIVE),
        permission=MOVE_PERMISSION,
        custom={"label": "Retry the failed step", "admin": True},
    )
    def retry(self) -> Status:
        step = Status(self.pipeline_failed_step) if self.pipeline_failed_step else FIRST
        self._enter("retry")
        self._change(pipeline_failed_step="")
        return step

    @fsm_transition(
        STATUS,
        source=(*ACTIVE, Status.FAILED, Status.COMPLETE),
        target=FIRST,
        permission=MOVE_PERMISSION,
        custom={"label": "Restart from the beginning", "admin": True},
    )
    def restart(self, *, two_phase: bool = True) -> None:
        self._begin_run("restart", two_phase=two_phase)
        self._change(onboarding_pipeline_completed_at=None)

    @fsm_transition(
        STATUS,
        source=(Status.COMPLETE, Status.FAILED),
        target=FIRST_IN_BACKGROUND,
        conditions=[has_open_dashboard],
        permission=MOVE_PERMISSION,
        custom={"label": "Update now", "admin": True},
    )
    def refresh(self) -> None:
        """
        Read what has changed, behind the open dashboard: a new run that begins with phase 2.

        When the history was complete for the last time stays known (see the column). A history
        that never was, because phase 2 failed, becomes so by this run.
        """
        self._begin_run("refresh", two_phase=True)  # only such a journey has these statuses

    @fsm_transition(
        STATUS,
        source=ACTIVE,
        conditions=[is_running],
        permission=MOVE_PERMISSION,
        custom={"label": "Pause", "admin": True},
    )
    def pause(self) -> None:
        self._mark("pause")
        self._change(pipeline_paused=True)

    @fsm_transition(
        STATUS,
        source=ACTIVE,
        conditions=[is_paused],
        permission=MOVE_PERMISSION,
        custom={"label": "Resume", "admin": True},
    )
    def resume(self) -> None:
        self._mark("resume")
        self._change(pipeline_paused=False, pipeline_not_before=None, pipeline_waiting_since=Now())

    @fsm_transition(
        STATUS,
        source=(Status.NOT_STARTED, *ACTIVE, Status.FAILED, Status.COMPLETE),
        target=Status.DELETING,
        custom={"admin": False},  # what else has to happen then is the business of who deletes
    )
    def remove(self) -> None:
        """Give the row up for good: its worker is fenced, and nobody sets it going again."""
        self._enter("remove")

    @fsm_transition(STATUS, source=ACTIVE, custom={"admin": False})
    def postpone(self, *, seconds: float, sentence: str, attempts: int) -> None:
        """Stay in this status and go on not before `seconds` from now, by the database's clock."""
        self._mark("postpone")
        self._change(
            pipeline_not_before=Now() + timedelta(seconds=seconds),
            onboarding_pipeline_error=sentence,
            pipeline_attempts=attempts,
        )

    @fsm_transition(STATUS, source=ACTIVE, custom={"admin": False})
    def send_again(self, *, forgiven: bool = False) -> None:
        """
        Stay in this status under a new ticket: what recovery does with a silent row.

        A ticket that nobody took goes on waiting; after a wait or a crash a new wait begins.

        :param forgiven: the last attempt does not count: it ended for no fault of the work.
        """
        self._mark("send_again")
        if forgiven:
            self._change(pipeline_attempts=max(self.pipeline_attempts - 1, 0))
        was_due = self.pipeline_not_before is not None
        if was_due or self.pipeline_claimed == self.pipeline_ticket:
            self._change(pipeline_waiting_since=Now())
        self._change(pipeline_not_before=None)

    @property
    def is_refresh(self) -> bool:
        """Whether the run under way, or the one that has failed, updates a complete history."""
        was_complete = self.onboarding_pipeline_completed_at is not None
        return was_complete and self.onboarding_pipeline_status != Status.COMPLETE

    def next_status(self) -> Status:
        status = Status(self.onboarding_pipeline_status)
        return next_status(status, two_phase=self.pipeline_two_phase)

    def wants_two_phases(self) -> bool:
        """Whether the next run has a phase 2; `moves.move` asks once, when a run begins."""
        return True

    def wants_history_days(self) -> int | None:
        """How many days the next run reads; None: what the installation says. Asked as above."""
        return None

    def _begin_run(self, verb: str, *, two_phase: bool) -> None:
        self._enter(verb)
        self._change(
            pipeline_run=self.pipeline_run + 1,
            pipeline_two_phase=two_phase,
            pipeline_history_days=self.wants_history_days(),
            pipeline_failed_step="",
            onboarding_pipeline_started_at=Now(),
            background_sync_progress=0,
            background_llm_progress=0,
        )

    def _stop(self, verb: str, sentence: str) -> None:
        failed_step = self.onboarding_pipeline_status
        self._enter(verb)
        self._change(pipeline_failed_step=failed_step, onboarding_pipeline_error=sentence)

    def _enter(self, verb: str) -> None:
        self._mark(verb)
        self._change(
            onboarding_pipeline_error="",
            pipeline_position="",
            pipeline_attempts=0,
            pipeline_not_before=None,
            pipeline_paused=False,
            pipeline_waiting_since=Now(),
        )

    def _mark(self, verb: str) -> None:
        if self._move.saving:
            raise RuntimeError("this copy is being saved; move a row that you load yourself")
        self._move.verb, self._move.position = verb, self.pipeline_position

    def _change(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self._move.changed.update(values)


__all__ = ["PipelineModel", "PipelineTransition"]
