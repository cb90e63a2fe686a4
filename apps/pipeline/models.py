"""
The row that travels (an abstract model), and the log of its travels.

Read `README.md` beside this file for why a plain re-save is not enough and what a ticket is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models, transaction
from django.db.models.functions import Now
from django_fsm import GET_STATE, ConcurrentTransition, FSMField
from django_fsm import transition as fsm_transition
from model_utils import FieldTracker

from apps.pipeline.machine import (
    ACTIVE,
    FIRST,
    OPENS_DASHBOARD,
    Status,
    journey,
    next_status,
)

STATUS = "onboarding_pipeline_status"
MOVE_PERMISSION = "teams.move_pipeline"


class PipelineQuerySet(models.QuerySet[Any]):
    """Refuses to write the pipeline's columns: such a write would mint no ticket, send no task."""

    def update(self, **values: Any) -> int:
        self._refuse(values)
        return super().update(**values)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], **kwargs: Any) -> int:
        fields = list(fields)
        self._refuse(fields)
        return super().bulk_update(objs, fields, **kwargs)

    def _refuse(self, names: Iterable[str]) -> None:
        if written := set(names) & set(PipelineModel.PIPELINE_COLUMNS):
            raise FieldError(
                f"{', '.join(sorted(written))}: only the pipeline writes these; "
                "use apps.pipeline.moves.move()"
            )


class PipelineModel(models.Model):
    """
    A row that travels through `STEPS`.

    A verb changes the row in memory and does nothing else. `save()` stores the change if nobody
    moved the row since it was loaded, mints a ticket, and writes the log row in the same
    transaction; the receiver then sends one task. Go through `apps.pipeline.moves.move()`.
    """

    onboarding_pipeline_status = FSMField(
        choices=Status.choices, default=Status.NOT_STARTED, protected=True, db_index=True
    )
    onboarding_pipeline_error = models.TextField(
        blank=True, default="", help_text="For people: why it failed, or what it waits for."
    )
    onboarding_pipeline_started_at = models.DateTimeField(null=True, blank=True)
    onboarding_pipeline_completed_at = models.DateTimeField(null=True, blank=True)
    phase1_completed_at = models.DateTimeField(
        null=True, blank=True, help_text="Opens the dashboard, for good."
    )
    pipeline_run = models.PositiveIntegerField(default=0)
    pipeline_two_phase = models.BooleanField(
        default=True, help_text="Decided when the run starts; a flag's change bends no run."
    )
    pipeline_ticket = models.PositiveBigIntegerField(
        default=0, help_text="+1 with every write of the status; names one dispatch."
    )
    pipeline_claimed = models.PositiveBigIntegerField(
        default=0, help_text="The highest ticket that a worker has taken."
    )
    pipeline_attempts = models.PositiveIntegerField(
        default=0, help_text="Tickets claimed in this status since the last progress."
    )
    pipeline_changed_at = models.DateTimeField(db_default=Now())
    pipeline_heartbeat_at = models.DateTimeField(null=True, blank=True)
    pipeline_not_before = models.DateTimeField(null=True, blank=True)
    pipeline_failed_step = models.CharField(max_length=50, blank=True, default="")
    pipeline_paused = models.BooleanField(default=False)
    background_sync_progress = models.PositiveSmallIntegerField(default=0)
    background_llm_progress = models.PositiveSmallIntegerField(default=0)

    #: Every column above: written by the pipeline only.
    PIPELINE_COLUMNS: ClassVar[tuple[str, ...]] = ()

    tracker = FieldTracker(fields=["pipeline_ticket"])
    objects = PipelineQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_status_known",
                condition=models.Q(onboarding_pipeline_status__in=Status.values),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_claimed_minted",
                condition=models.Q(pipeline_claimed__lte=models.F("pipeline_ticket")),
            ),
        )

    # --- Verbs: each changes fields and does nothing else ---------------------------------------

    @fsm_transition(
        STATUS,
        source=Status.NOT_STARTED,
        target=FIRST,
        permission=MOVE_PERMISSION,
        custom={"label": "Start", "admin": True},
    )
    def start(self) -> None:
        self._begin_run("start")

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
        target=GET_STATE(lambda row: row.step_to_retry(), states=ACTIVE),
        permission=MOVE_PERMISSION,
        custom={"label": "Retry the failed step", "admin": True},
    )
    def retry(self) -> None:
        self._enter("retry")
        self._change(pipeline_failed_step="")

    @fsm_transition(
        STATUS,
        source=(*ACTIVE, Status.FAILED, Status.COMPLETE),
        target=FIRST,
        permission=MOVE_PERMISSION,
        custom={"label": "Restart from the beginning", "admin": True},
    )
    def restart(self) -> None:
        self._begin_run("restart")

    @fsm_transition(
        STATUS,
        source=ACTIVE,
        conditions=[lambda row: not row.pipeline_paused],
        permission=MOVE_PERMISSION,
        custom={"label": "Pause", "admin": True},
    )
    def pause(self) -> None:
        self._mark("pause")
        self._change(pipeline_paused=True)

    @fsm_transition(
        STATUS,
        source=ACTIVE,
        conditions=[lambda row: row.pipeline_paused],
        permission=MOVE_PERMISSION,
        custom={"label": "Resume", "admin": True},
    )
    def resume(self) -> None:
        self._mark("resume")
        self._change(pipeline_paused=False, pipeline_not_before=None)

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
    def send_again(self) -> None:
        """Stay in this status under a new ticket: what recovery does with a silent row."""
        self._mark("send_again")
        self._change(pipeline_not_before=None)

    def next_status(self) -> Status:
        status = Status(self.onboarding_pipeline_status)
        return next_status(status, two_phase=self.pipeline_two_phase)

    def step_to_retry(self) -> Status:
        return Status(self.pipeline_failed_step) if self.pipeline_failed_step else FIRST

    def wants_two_phases(self) -> bool:
        """Whether the next run has a phase 2; asked once, when the run starts."""
        return True

    def _begin_run(self, verb: str) -> None:
        self._enter(verb)
        self._change(
            pipeline_run=self.pipeline_run + 1,
            pipeline_two_phase=self.wants_two_phases(),
            pipeline_failed_step="",
            onboarding_pipeline_started_at=Now(),
            onboarding_pipeline_completed_at=None,
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
            pipeline_attempts=0,
            pipeline_not_before=None,
            pipeline_paused=False,
        )

    def _mark(self, verb: str) -> None:
        self._move.verb = verb

    def _change(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self._move.changed.update(values)

    # --- Storing --------------------------------------------------------------------------------

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._remember()

    def by(self, actor: str, *, reason: str = "", task_id: str = "") -> None:
        """Say who moves the row, for the log row of the next save."""
        self._move.actor, self._move.reason, self._move.task_id = actor, reason, task_id

    def save(
        self,
        *,
        force_insert: bool | tuple[type[models.Model], ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """
        Store the row; the pipeline's columns only as a move.

        A move is a save after a verb, or one whose `update_fields` name the status: it mints a
        ticket, even where the status stays the same. Any other save leaves the pipeline's columns
        as they are in the database, whatever this copy holds.

        :raises ConcurrentTransition: if another process moved the row since this copy was loaded;
            throw the copy away.
        :raises FieldError: if `update_fields` names a pipeline column without the status.
        """
        named = None if update_fields is None else frozenset(update_fields)
        if self._state.adding:
            if self._move.verb:
                raise ValueError("save the new row first, then move it")
            super().save(force_insert=force_insert, using=using)
            self._remember()
        elif (named is None and self._move.verb) or (named is not None and STATUS in named):
            self._save_move(using, named if named is not None else self._ordinary_columns())
        else:
            if named is not None and named & set(self.PIPELINE_COLUMNS):
                raise FieldError("the pipeline's columns are saved with the status, or not at all")
            ordinary = self._ordinary_columns() if named is None else named
            super().save(force_update=force_update, using=using, update_fields=ordinary)

    def _save_move(self, using: str | None, named: Iterable[str]) -> None:
        move = self._move
        if move.loaded_status is None or move.loaded_ticket is None:
            raise ValueError("load the whole row before moving it (no only(), no defer())")
        self.pipeline_ticket = move.loaded_ticket + 1
        self.pipeline_changed_at = Now()
        columns = {STATUS, "pipeline_ticket", "pipeline_changed_at", *move.changed, *named}
        move.saving = True
        try:
            with transaction.atomic(using):
                super().save(using=using, update_fields=columns)
                PipelineTransition.objects.using(using).create(
                    team_id=self.pk,
                    ticket=self.pipeline_ticket,
                    run=self.pipeline_run,
                    verb=move.verb or "save",
                    source=move.loaded_status,
                    target=self.onboarding_pipeline_status,
                    actor=move.actor,
                    reason=move.reason or self.onboarding_pipeline_error,
                    task_id=move.task_id,
                )
        finally:
            move.saving = False
        for name in columns & {f.attname for f in self._meta.concrete_fields}:
            if hasattr(self.__dict__.get(name), "resolve_expression"):
                del self.__dict__[name]  # the database's clock filled it: read it when asked
        self._remember()

    def _do_update(self, base_qs: Any, *args: Any, **kwargs: Any) -> bool:
        # Compare and set: the UPDATE of a move finds no row if anybody moved it meanwhile.
        if not self._move.saving:
            return super()._do_update(base_qs, *args, **kwargs)  # type: ignore[misc, no-any-return]
        unmoved = base_qs.filter(
            onboarding_pipeline_status=self._move.loaded_status,
            pipeline_ticket=self._move.loaded_ticket,
        )
        if not super()._do_update(unmoved, *args, **kwargs):  # type: ignore[misc]
            raise ConcurrentTransition(f"{self} was moved by another process")
        return True

    def _ordinary_columns(self) -> frozenset[str]:
        loaded = self.__dict__
        return frozenset(
            field.name
            for field in self._meta.concrete_fields
            if not field.primary_key
            and field.name not in self.PIPELINE_COLUMNS
            and field.attname in loaded
        )

    def _remember(self) -> None:
        self._move = Move(
            loaded_status=self.__dict__.get(STATUS),
            loaded_ticket=self.__dict__.get("pipeline_ticket"),
        )

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        # A protected field refuses to be set twice, so let it be set for the first time again. The
        # mixin of django-fsm-2 lifts the protection on the class instead, for every thread.
        if fields is None:
            fields = [f.attname for f in self._meta.concrete_fields if f.attname in self.__dict__]
        fields = list(fields)
        if STATUS in fields:
            self.__dict__.pop(STATUS, None)
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
        self._remember()


@dataclass
class Move:
    """What a row in memory is about to do, and what the database held when it was loaded."""

    loaded_status: str | None
    loaded_ticket: int | None
    verb: str = ""
    actor: str = ""
    reason: str = ""
    task_id: str = ""
    saving: bool = False
    changed: dict[str, Any] = field(default_factory=dict)


PipelineModel.PIPELINE_COLUMNS = tuple(f.name for f in PipelineModel._meta.local_fields)


class PipelineTransition(models.Model):
    """
    One minted ticket: who moved what, when, why. Append-only.

    A row with `source == target` kept the status and sent its task again. UNIQUE(team, ticket) is
    the database's proof that no ticket was minted twice.
    """

    team = models.ForeignKey(
        settings.PIPELINE_MODEL, on_delete=models.CASCADE, related_name="transitions"
    )
    ticket = models.PositiveBigIntegerField()
    run = models.PositiveIntegerField()
    verb = models.CharField(max_length=20)
    source = models.CharField(max_length=50)
    target = models.CharField(max_length=50)
    actor = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)
    task_id = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "ticket"], name="pipeline_ticket_once"),
        )

    def __str__(self) -> str:
        return f"{self.team_id}/{self.ticket} {self.source} → {self.target}"
