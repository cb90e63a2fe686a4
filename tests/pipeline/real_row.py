"""
One real row: what the product's own code makes of it, asked once for each situation.

The code sees nothing of the world but the row, so its answer depends on the row and on what is
done. That is why an answer may be remembered, and why some thousand answers suffice for a graph of
very many states. Nothing here decides what should happen: it writes the row, lets the real code act
with real transactions, commits and `on_commit`, and reads what has become of it.
"""

import logging
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from celery import Task
from django.db import connection, transaction
from django.test import override_settings
from django_fsm import ConcurrentTransition

from apps.core.errors import PermanentError, TransientError
from apps.github.models import Person
from apps.pipeline import claims, identity, moves, recovery, runner
from apps.pipeline.claims import Claim
from apps.pipeline.columns import STATUS, PipelineColumns
from apps.pipeline.crash_points import Point, arm
from apps.pipeline.machine import FIRST_IN_BACKGROUND, STATUS_OF_TASK, STEPS, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.factories import TeamFactory
from tests.pipeline.situations import BROKER_REFUSES, Act, Answer, Entry, Row

#: Hours where the product has seconds: a machine that stalls for some seconds changes no answer.
HOUR = 3600.0
TICKET = 100
LOG = PipelineTransition._meta.db_table
EFFECTS = Person._meta.db_table
EMPTY = [f"DELETE FROM {table}" for table in (LOG, EFFECTS)]  # noqa: S608 - our own tables
READ_LOG = f"SELECT {', '.join(Entry._fields)} FROM {LOG} ORDER BY ticket"  # noqa: S608
READ_EFFECTS = f"SELECT identity, name FROM {EFFECTS}"  # noqa: S608
COLUMNS = PipelineColumns.PIPELINE_COLUMNS
PATIENCE = {
    "attempts": 2,
    "backoff_seconds": HOUR,
    "backoff_max_seconds": HOUR,
    "lost_dispatch_seconds": HOUR,
    "lost_dispatch_max_seconds": 2 * HOUR,
    "silence_seconds": HOUR,
    "sweep_seconds": HOUR,
    "deaf_worker_seconds": HOUR,
}
AGES = {
    "fresh": timedelta(0),
    "old": timedelta(days=-1),
    "due": timedelta(days=-1),
    "ahead": timedelta(days=1),
}


Answers = dict[tuple[Row, Act], Answer]


class Died(BaseException):
    """The process ends here: nothing in it can catch this, as nothing can catch SIGKILL."""


def _die(*_: object) -> None:
    raise Died


class RealRow:
    """Asks the real code; see `real_row()`."""

    def __init__(self, folder: Path, answers: Answers) -> None:
        self.folder = folder
        self.team_id = TeamFactory().pk
        self.answers = answers
        self.sent: list[tuple[int, str]] = []
        self.refuses = False
        me = identity.this_process()
        self.processes = {
            "": "",
            "alive": str(me),
            "gone": f"{me.place} {me.parent} {me.process.partition('.')[0]}.0",
            "elsewhere": "elsewhere/boot/pid:[1] 1.1 2.2",
        }
        self.process_names = {process: name for name, process in self.processes.items()}

    def ask(self, row: Row, act: Act) -> Answer:
        """
        What becomes of a row by an act.

        The code compares tickets and counts them up, and asks no more of them. So every question
        is asked with the row's ticket at the same number, and the answer moved back.
        """
        by = TICKET - row.ticket
        question = (row.moved(by), act._replace(ticket=act.ticket and act.ticket + by))
        if question not in self.answers:
            self.answers[question] = self._ask(*question)
        return self.answers[question].moved(-by)

    def _ask(self, row: Row, act: Act) -> Answer:
        if act.name.startswith("old_copy"):
            before = row.ticket - 1
            self._write(row._replace(status=act.status, ticket=before, claimed=before))
            self.old_copy = Team.objects.get(pk=self.team_id)
        self._write(row)
        self.sent.clear()
        with self._fault(row, act.fault):
            try:
                outcome = getattr(self, act.name)(act)
            except Died:
                outcome = "died"
            except Exception as exc:  # noqa: BLE001 - whatever it is, the caller was told that
                outcome = f"raised {exc!r}"
        return self._read(outcome)

    # --- What may be done to a row ----------------------------------------------------------------

    def take(self, act: Act) -> str:
        claim = claims.take(
            team_id=self.team_id, ticket=act.ticket, status=Status(act.status), task_id="model"
        )
        return "taken" if claim else "stale"

    def write(self, act: Act) -> str:
        try:
            with self._claim(act).batch(progress=True):
                Person.objects.update_or_create(
                    team_id=self.team_id, identity=act.status, defaults={"name": str(act.ticket)}
                )
        except claims.TicketLost:
            return "overtaken"
        return "written"

    def end(self, act: Act) -> str:
        """The work function returns or raises, and the runner does what it does."""

        def work(_claim: Claim) -> None:
            if act.how == "transient":
                raise TransientError("GitHub did not answer.")
            if act.how == "permanent":
                raise PermanentError("Reconnect GitHub.")

        with mock.patch.object(runner, "take", return_value=self._claim(act)):  # taken before
            runner.run_step(
                work,
                task=STEPS[Status(act.status)].task,
                team_id=self.team_id,
                ticket=act.ticket,
                task_id=str(act.ticket),
            )
        return "ended"

    def recover(self, _act: Act) -> str:
        return "recovered" if recovery.recover() else "healthy"

    def hand_over(self, _act: Act) -> str:
        return "recovered" if recovery.hand_over(actor="worker stop") else "healthy"

    def press(self, act: Act) -> str:
        try:
            moves.move(self.team_id, act.how, actor="person")
        except moves.MoveRefused:
            return "refused"
        return "pressed"

    def old_copy_is_saved(self, _act: Act) -> str:
        self.old_copy.name = "Renamed"
        self.old_copy.save()
        return "saved"

    def old_copy_saves_its_status(self, _act: Act) -> str:
        try:
            self.old_copy.save(update_fields=[STATUS])
        except ConcurrentTransition:
            return "refused"
        return "saved"

    # --- The row, the log, the effects and the broker ---------------------------------------------

    def _claim(self, act: Act) -> Claim:
        """A claim that a worker has had since the row was at this status, under this ticket."""
        as_claimed = Team(
            pk=self.team_id, onboarding_pipeline_status=act.status, pipeline_ticket=act.ticket
        )
        as_claimed._state.adding = False
        return Claim(as_claimed, act.ticket, Status(act.status), str(act.ticket))

    def _write(self, row: Row) -> None:
        now = datetime.now(UTC)
        times = {
            f"pipeline_{name}": None if age is None else now + AGES[age]
            for name, age in (
                ("changed_at", row.changed),
                ("waiting_since", row.waiting),
                ("heartbeat_at", row.heartbeat),
                ("not_before", row.not_before),
            )
        }
        with transaction.atomic(), connection.cursor() as cursor:
            rows().filter(pk=self.team_id).update(
                onboarding_pipeline_status=row.status,
                onboarding_pipeline_error="",
                pipeline_ticket=row.ticket,
                pipeline_claimed=row.claimed,
                pipeline_attempts=row.attempts,
                pipeline_paused=row.paused,
                pipeline_worker=self.processes[row.worker],
                pipeline_failed_step=row.failed_step,
                phase1_completed_at=now,  # the model stands behind an open dashboard
                onboarding_pipeline_completed_at=now if row.was_complete else None,
                **times,
            )
            for statement in EMPTY:
                cursor.execute(statement)

    def _read(self, outcome: str) -> Answer:
        columns = rows().values(*COLUMNS).get(pk=self.team_id)
        row = Row(
            status=columns[STATUS],
            ticket=columns["pipeline_ticket"],
            claimed=columns["pipeline_claimed"],
            attempts=columns["pipeline_attempts"],
            paused=columns["pipeline_paused"],
            worker=self.process_names[columns["pipeline_worker"]],
            changed=_age(columns["pipeline_changed_at"]),
            waiting=_age(columns["pipeline_waiting_since"]),
            heartbeat=_age(columns["pipeline_heartbeat_at"]),
            not_before=_when(columns["pipeline_not_before"]),
            failed_step=columns["pipeline_failed_step"],
            was_complete=columns["onboarding_pipeline_completed_at"] is not None,
        )
        with connection.cursor() as cursor:
            cursor.execute(READ_LOG)
            log = tuple(Entry(*entry) for entry in cursor.fetchall())
            cursor.execute(READ_EFFECTS)
            effects = tuple((step, int(ticket)) for step, ticket in cursor.fetchall())
        says_why = bool(columns["onboarding_pipeline_error"])
        return Answer(row, outcome, says_why, log, tuple(self.sent), effects)

    @contextmanager
    def _fault(self, row: Row, fault: str) -> Iterator[None]:
        """Let the process die at a point, wherever the act leads; or the broker refuse."""
        if fault in set(Point):
            following = STEPS[Status(row.status)].then if row.status in STEPS else row.status
            retried = row.failed_step or Status.FAILED
            for status in {row.status, following, retried, FIRST_IN_BACKGROUND}:
                arm(self.folder, Point(fault), status, name="SIGUSR1")
            yield
            shutil.rmtree(self.folder)
        else:
            self.refuses = fault == BROKER_REFUSES
            yield
            self.refuses = False

    def publish(self, task: Task, *, kwargs: dict[str, Any], **_: Any) -> None:
        """What the broker does with `apply_async`."""
        if self.refuses:
            raise ConnectionRefusedError("no broker here")
        self.sent.append((kwargs["ticket"], str(STATUS_OF_TASK[task.name])))


@contextmanager
def real_row(folder: Path, answers: Answers | None = None) -> Iterator[RealRow]:
    """
    A row in the test's database, with a broker and crash points that strike inside this process.

    :param folder: an empty one, for the crash points.
    :param answers: what the same code has answered before, and will have answered then.
    """
    row = RealRow(folder, {} if answers is None else answers)

    def publish(task: Task, **options: Any) -> None:
        row.publish(task, **options)

    with ExitStack() as stack:
        stack.enter_context(override_settings(PIPELINE=PATIENCE, CRASH_POINTS=str(folder)))
        stack.enter_context(mock.patch.object(Task, "apply_async", publish))
        stack.callback(signal.signal, signal.SIGUSR1, signal.signal(signal.SIGUSR1, _die))
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable()  # some thousand lines that nobody reads
        yield row


def _age(at: datetime | None) -> str | None:
    return at and ("old" if datetime.now(UTC) - at > timedelta(hours=12) else "fresh")


def _when(at: datetime | None) -> str | None:
    return at and ("ahead" if at > datetime.now(UTC) else "due")
