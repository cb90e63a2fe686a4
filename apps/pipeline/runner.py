"""Running one step: take the ticket, do the work, advance, or say why not."""

import logging
import random
from collections.abc import Callable

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection
from django_fsm import ConcurrentTransition

from apps.core.errors import PermanentError, TransientError
from apps.pipeline.claims import WORKER, Claim, TicketLost, take
from apps.pipeline.machine import STATUS_OF_TASK
from apps.pipeline.moves import MoveRefused, StaleTicket, move

logger = logging.getLogger(__name__)

OUR_FAULT = "Something went wrong on our side. It has been logged; you can try again."
TOO_LONG = "The step took longer than it may; it goes on where it stopped."
#: Somebody moved or deleted the team meanwhile: what this worker has in hand is dropped.
OVERTAKEN = (TicketLost, StaleTicket, MoveRefused, ConcurrentTransition)


def run_step(
    work: Callable[[Claim], None], *, task: str, team_id: int, ticket: int, task_id: str
) -> None:
    """
    Do the work of a ticket and advance the row; the whole body of every pipeline task.

    Does nothing for a ticket that is stale or taken. Raises nothing that the work raises: a
    `TransientError` postpones the step, a `PermanentError` fails it with its sentence, anything
    else is logged with its stack and tried again until the attempts are used up.
    """
    claim = take(team_id=team_id, ticket=ticket, status=STATUS_OF_TASK[task], task_id=task_id)
    if claim is None:
        logger.debug("ticket %s of team %s is stale or taken", ticket, team_id)
        return
    try:
        _work(work, claim)
    except OVERTAKEN:
        logger.info("ticket %s of team %s was overtaken; its work is dropped", ticket, team_id)


def _work(work: Callable[[Claim], None], claim: Claim) -> None:
    try:
        work(claim)
    except OVERTAKEN:
        raise
    except TransientError as exc:
        _later(claim, str(exc), retry_after=exc.retry_after, counts=exc.counts)
    except PermanentError as exc:
        _move(claim, "fail", reason=str(exc))
    except SoftTimeLimitExceeded:
        _later(claim, TOO_LONG, retry_after=0)
    except Exception:
        logger.exception("team %s failed in %s", claim.row.pk, claim.status)
        if connection.errors_occurred:  # the row is moved over a connection that works
            connection.close_if_unusable_or_obsolete()
        _later(claim, OUR_FAULT)
    else:
        claim.advance()


def _later(
    claim: Claim, sentence: str, *, retry_after: float | None = None, counts: bool = True
) -> None:
    attempts = claim.attempts_now()
    if counts and attempts >= settings.PIPELINE["attempts"]:
        _move(claim, "fail", reason=sentence)
        return
    seconds = backoff(attempts) if retry_after is None else retry_after
    _move(
        claim,
        "postpone",
        seconds=seconds,
        sentence=sentence,
        attempts=attempts if counts else max(attempts - 1, 0),
    )


def backoff(attempts: int) -> float:
    """Seconds until the next try: doubling, capped, and spread so that teams do not meet."""
    config = settings.PIPELINE
    seconds = min(
        config["backoff_seconds"] * 2 ** max(attempts - 1, 0), config["backoff_max_seconds"]
    )
    return float(seconds * random.uniform(0.75, 1.25))  # noqa: S311 - not a secret


def _move(claim: Claim, verb: str, **arguments: object) -> None:
    move(
        claim.row.pk,
        verb,
        actor=WORKER,
        task_id=claim.task_id,
        ticket=claim.ticket,
        arguments=arguments,
    )
