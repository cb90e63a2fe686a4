"""
The columns of a row that travels, and the one way in which they are stored.

Read `README.md` beside this file for why a plain re-save is not enough and what a ticket is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import FieldError
from django.db import models, transaction
from django.db.models.base import ModelBase
from django.db.models.functions import Now
from django_fsm import ConcurrentTransition, FSMField
from model_utils.tracker import FieldInstanceTracker

from apps.pipeline.crash_points import Point, reached
from apps.pipeline.hooks import Moved
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import Status
from apps.pipeline.queryset import PipelineQuerySet

STATUS = "onboarding_pipeline_status"


@dataclass
class Move:
    """What a row in memory is about to do, and what the database held when it was loaded."""

    loaded_status: str | None
    loaded_ticket: int | None
    was_complete: bool = False  #: its whole history had been read once
    position: str = ""  #: how far the status that it leaves has come
    verb: str = ""
    actor: str = ""
    reason: str = ""
    task_id: str = ""
    alone: bool = False  #: its transaction holds nothing else
    saving: bool = False  #: inside `_save_move`
    stored: bool = False  #: its UPDATE has been made
    changed: dict[str, Any] = field(default_factory=dict)


class PipelineColumns(models.Model):
    """The columns that only the pipeline writes, and a `save()` that sees to it."""

    onboarding_pipeline_status = FSMField(
        choices=Status.choices, default=Status.NOT_STARTED, protected=True, db_index=True
    )
    onboarding_pipeline_error = models.TextField(
        blank=True, default="", help_text="For people: why it failed, or what it waits for."
    )
    onboarding_pipeline_started_at = models.DateTimeField(null=True, blank=True)
    #: When the whole history was complete for the last time. `start` and `restart` forget it,
    #: `refresh` does not: a row that is not at `complete` and has it is being brought up to date.
    onboarding_pipeline_completed_at = models.DateTimeField(null=True, blank=True)
    phase1_completed_at = models.DateTimeField(
        null=True, blank=True, help_text="Opens the dashboard, for good."
    )
    pipeline_run = models.PositiveIntegerField(default=0)
    pipeline_two_phase = models.BooleanField(
        default=True, help_text="Decided when the run starts; a flag's change bends no run."
    )
    pipeline_history_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Decided when the run starts; empty: the installation's BACKGROUND_DAYS.",
    )
    pipeline_ticket = models.PositiveBigIntegerField(
        default=0, help_text="+1 with every write of the status; names one dispatch."
    )
    pipeline_claimed = models.PositiveBigIntegerField(
        default=0, help_text="The highest ticket that a worker has taken."
    )
    pipeline_worker = models.CharField(
        max_length=250,
        blank=True,
        default="",
        db_default="",  # for code of before this column, while a deployment is under way
        help_text="The process that took the last ticket.",
    )
    pipeline_position = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="For people: how far this status has come, e.g. “120 of 497 pull requests”.",
    )
    pipeline_attempts = models.PositiveIntegerField(
        default=0, help_text="Tickets claimed in this status since the last progress."
    )
    pipeline_changed_at = models.DateTimeField(db_default=Now())
    pipeline_waiting_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when a ticket has lain there for a worker."
    )
    pipeline_heartbeat_at = models.DateTimeField(null=True, blank=True)
    pipeline_not_before = models.DateTimeField(null=True, blank=True)
    pipeline_failed_step = models.CharField(max_length=50, blank=True, default="")
    pipeline_paused = models.BooleanField(default=False)
    background_sync_progress = models.PositiveSmallIntegerField(default=0)
    background_llm_progress = models.PositiveSmallIntegerField(default=0)

    #: Every column above: written by the pipeline only.
    PIPELINE_COLUMNS: ClassVar[tuple[str, ...]] = ()

    #: On the concrete model: `FieldTracker(fields=["pipeline_ticket"])`. It says in `post_save`
    #: whether the save minted a ticket. (A tracker on an abstract model is never set up.)
    tracker: "FieldInstanceTracker"

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._remember()

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
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
        if self._move.saving:  # a receiver of our own post_save saves this copy once more
            self._save_ordinary(named, force_update=force_update, using=using)
        elif self._state.adding:
            if self._move.verb:
                raise ValueError("save the new row first, then move it")
            super().save(force_insert=force_insert, using=using)
            self._remember()
        elif (named is None and self._move.verb) or (named is not None and STATUS in named):
            self._save_move(using, named if named is not None else self._ordinary_columns())
        else:
            self._save_ordinary(named, force_update=force_update, using=using)

    def _save_ordinary(
        self, named: frozenset[str] | None, *, force_update: bool, using: str | None
    ) -> None:
        if named is not None and named & set(self.PIPELINE_COLUMNS):
            raise FieldError("the pipeline's columns are saved with the status, or not at all")
        ordinary = self._ordinary_columns() if named is None else named
        super().save(force_update=force_update, using=using, update_fields=ordinary)

    def by(self, actor: str, *, reason: str = "", task_id: str = "", alone: bool = False) -> None:
        """
        Say who moves the row, for the log row of the next save.

        :param alone: the caller's transaction is for this move only: no savepoint is needed, and
            a save that fails ends all of it.
        """
        self._move.actor, self._move.reason, self._move.task_id = actor, reason, task_id
        self._move.alone = alone

    def last_move(self) -> Moved:
        """The move that is being saved, for the receiver; as its log row will say it."""
        move = self._move
        return Moved(
            team_id=self.pk,
            ticket=self.pipeline_ticket,
            run=self.pipeline_run,
            verb=move.verb or "save",
            source=str(move.loaded_status),
            target=self.onboarding_pipeline_status,
            actor=move.actor,
            reason=move.reason or self.onboarding_pipeline_error,
            position=move.position,
            was_complete=move.was_complete,
        )

    def _save_move(self, using: str | None, named: Iterable[str]) -> None:
        move = self._move
        if move.loaded_status is None or move.loaded_ticket is None:
            raise ValueError("load the whole row before moving it (no only(), no defer())")
        self.pipeline_ticket = move.loaded_ticket + 1
        self.pipeline_changed_at = Now()
        if not move.verb:  # a plain re-save of the status sends its task: somebody is to take it
            move.changed["pipeline_waiting_since"] = self.pipeline_waiting_since = Now()
        columns = {STATUS, "pipeline_ticket", "pipeline_changed_at", *move.changed, *named}
        entry = PipelineTransition(**self.last_move().logged(), task_id=move.task_id)
        move.saving = True
        try:
            with transaction.atomic(using, savepoint=not move.alone):
                super().save(using=using, update_fields=columns)
                entry.save(using=using)
                reached(Point.MOVING, self.onboarding_pipeline_status)
        finally:
            move.saving = move.stored = False
        for name in columns & {f.attname for f in self._meta.concrete_fields}:
            if hasattr(self.__dict__.get(name), "resolve_expression"):
                del self.__dict__[name]  # the database's clock filled it: read it when asked
        self._remember()

    def _do_update(self, base_qs: Any, *args: Any, **kwargs: Any) -> Any:
        # Compare and set: the UPDATE of a move finds no row if anybody moved it meanwhile.
        if not self._move.saving or self._move.stored:
            return super()._do_update(base_qs, *args, **kwargs)
        unmoved = base_qs.filter(
            onboarding_pipeline_status=self._move.loaded_status,
            pipeline_ticket=self._move.loaded_ticket,
        )
        if not super()._do_update(unmoved, *args, **kwargs):
            raise ConcurrentTransition(f"{self} was moved by another process")
        self._move.stored = True
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
            was_complete=self.__dict__.get("onboarding_pipeline_completed_at") is not None,
            position=self.__dict__.get("pipeline_position", ""),
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
        if STATUS in fields:  # not when a deferred column is read between a verb and its save
            self._remember()


PipelineColumns.PIPELINE_COLUMNS = tuple(f.name for f in PipelineColumns._meta.local_fields)
