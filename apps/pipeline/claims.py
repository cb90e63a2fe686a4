"""A claim: one worker's right to do the work of one ticket, until the ticket changes."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from apps.pipeline.clock import database_now
from apps.pipeline.columns import STATUS
from apps.pipeline.crash_points import Point, reached
from apps.pipeline.identity import this_process
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineModel
from apps.pipeline.rows import rows, update_and_load

logger = logging.getLogger(__name__)

WORKER = "worker"


class TicketLost(Exception):
    """Somebody moved the row: whatever this worker still has in hand is thrown away."""


@dataclass(frozen=True)
class Claim:
    """
    What a step's work function gets: the row as it was claimed, and the only ways to write.

    Work functions write inside `batch()`, again and again, and may be run again from the start at
    any time: they look up in the database what is already done.
    """

    row: Any  #: the team, loaded at the claim; read from it, do not save it
    ticket: int
    status: Status
    task_id: str = ""

    @contextmanager
    def batch(
        self, *, progress: bool = False, position: str = "", **columns: Any
    ) -> Iterator[None]:
        """
        One transaction of durable work, fenced by the ticket.

        Its first statement locks the team's row and stops here if the ticket is not ours any more;
        it also is the heartbeat. `progress=True` only for work that is not done again when the step
        is run again: it renews the attempts, and a batch that every attempt repeats would let a
        step that always fails after it be tried for ever.

        :param position: how far the step has come with this batch, in words for people; a log row
            keeps it when the step is sent again.
        :param columns: of `background_sync_progress` and `background_llm_progress`.
        :raises TicketLost: let it pass; the runner knows it.
        """
        with transaction.atomic():
            if progress:
                columns |= {"pipeline_attempts": 0, "onboarding_pipeline_error": ""}
            if position:
                columns["pipeline_position"] = position
            self._touch(columns)
            yield
            reached(Point.IN_BATCH, self.status)
        self.row.pipeline_position = position or self.row.pipeline_position
        reached(Point.BATCH_STORED, self.status)

    def advance(self) -> None:
        """
        End the step: the row goes on to its next status.

        Whether it still is ours is asked by the UPDATE itself, of the status and the ticket of the
        claim; all else that the verb reads has not changed without a new ticket.

        :raises ConcurrentTransition: if the row has moved meanwhile.
        """
        self.row.by(WORKER, task_id=self.task_id, alone=True)
        self.row.advance()
        with transaction.atomic():
            self.row.save(update_fields=[STATUS])

    def heartbeat(self) -> None:
        """
        Say "still here" from a wait of more than some seconds.

        :raises TicketLost: if the row has moved meanwhile.
        """
        self._touch({})

    def seconds_in_step(self) -> float:
        """
        Seconds since the team entered this status in this run; crashes and waits included.

        By the database's clock at both ends. 0 where the log does not know (a row made by hand).
        """
        entered = (
            PipelineTransition.objects.filter(
                team_id=self.row.pk, run=self.row.pipeline_run, target=self.status
            )
            .exclude(source=self.status)
            .order_by("-ticket")
            .values_list("at", flat=True)
            .first()
        )
        now = database_now()
        return 0.0 if entered is None or now is None else (now - entered).total_seconds()

    def attempts_now(self) -> int:
        """
        Attempts without progress, this one included: 0 once a batch of it made progress.

        :raises TicketLost: if the row has moved meanwhile.
        """
        attempts: int | None = (
            rows()
            .filter(pk=self.row.pk, pipeline_ticket=self.ticket)
            .values_list("pipeline_attempts", flat=True)
            .first()
        )
        if attempts is None:
            raise TicketLost(f"ticket {self.ticket} of team {self.row.pk}")
        return attempts

    def _touch(self, columns: dict[str, Any]) -> None:
        touched = (
            rows()
            .filter(pk=self.row.pk, pipeline_ticket=self.ticket)
            .update(pipeline_heartbeat_at=Now(), **columns)
        )
        if not touched:
            raise TicketLost(f"ticket {self.ticket} of team {self.row.pk}")


def take(*, team_id: int, ticket: int, status: Status, task_id: str = "") -> Claim | None:
    """
    Claim a ticket for this worker; None if it is stale, or another worker has it or had it.

    A ticket is taken at most once, ever: after a crash a new ticket is needed.
    """
    row: PipelineModel | None = update_and_load(
        rows().filter(
            pk=team_id,
            onboarding_pipeline_status=status,
            pipeline_ticket=ticket,
            pipeline_claimed__lt=ticket,
            pipeline_paused=False,
        ),
        pipeline_claimed=ticket,
        pipeline_heartbeat_at=Now(),
        pipeline_worker=str(this_process()),
        pipeline_attempts=F("pipeline_attempts") + 1,
    )
    if row is None:
        return None
    logger.info("team %s at %s: ticket %s taken", team_id, status, ticket)
    reached(Point.CLAIMED, status)
    return Claim(row=row, ticket=ticket, status=status, task_id=task_id)
