"""
The part of the step that asks in batches: look, read, send, and wait in the row.

Nobody sits and waits for a batch: the row does, until its next look. Every look begins anew from
the rows, so any worker goes on where another has died.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from apps.core.errors import TransientError
from apps.llm.batching.client import BatchClient
from apps.llm.batching.ending import give_up, tidy
from apps.llm.batching.looking import look
from apps.llm.batching.scope import in_words, is_at_groq, unfinished_of
from apps.llm.batching.sending import resume, send_pending
from apps.llm.client import AnswerInvalid, GroqError, GroqRateLimited, GroqUnavailable
from apps.llm.models import LlmBatch, LlmBatchLine
from apps.llm.scope import analyses_of
from apps.llm.verdict import LlmState
from apps.llm.waiting import wait_for_groq
from apps.pipeline.claims import Claim
from apps.pipeline.clock import database_now

logger = logging.getLogger(__name__)

#: Seconds until the next look, by how often was looked: few questions take seconds, many minutes.
WAITS = ((4, 5.0), (12, 30.0))
LAST_WAIT = 60.0
#: Then it is over at Groq, whose window is a day, and no look brings anything any more.
AT_LATEST = timedelta(hours=25)
NEVER_TOLD = "Groq has not told of the batch in more than a day."
TRANSIENT = (GroqUnavailable, GroqRateLimited, AnswerInvalid)
PREPARING = LlmBatch.State.PREPARING


def by_batches(claim: Claim, client: BatchClient) -> None:
    """
    Ask about what is pending in batches, if it is much; returns when the rest is to be asked live.

    :raises TransientError: to be run again while Groq is at it; it uses up no attempt.
    """
    try:
        if not _is_under_way(claim, client):
            send_pending(claim, client)
            tidy(claim, client)
    except TRANSIENT as exc:
        logger.warning("team %s: batches: %s", claim.row.pk, exc)
        wait_for_groq(claim, str(exc), retry_after=exc.retry_after or 0.0)
        _say_why_pending(claim, str(exc))
    except GroqError as exc:  # the key: what is asked live will say so, too
        logger.warning("team %s: batches: %s", claim.row.pk, exc)
        _say_why_pending(claim, str(exc))
    else:
        _wait(claim, [batch for batch in unfinished_of(claim.row) if batch.state != PREPARING])


def wind_up(claim: Claim, client: BatchClient) -> None:
    """
    End the batches of a team that does not want the model any more; waits for none.

    What was done is paid: it is kept and counted when a later run finds the batch at its end, and
    nothing of it is believed.
    """
    try:
        for batch in unfinished_of(claim.row):
            if batch.state != PREPARING or _follow(claim, client, batch):
                batch.refresh_from_db()
                _follow(claim, client, batch, is_wanted=False)
        tidy(claim, client)
    except GroqError as exc:
        logger.warning("team %s: batches that are not wanted any more: %s", claim.row.pk, exc)


def _is_under_way(claim: Claim, client: BatchClient) -> bool:
    """Look at every batch that is not over; returns whether one still is not."""
    is_one = False
    for batch in unfinished_of(claim.row):
        is_one |= _follow(claim, client, batch)
    return is_one


def _follow(claim: Claim, client: BatchClient, batch: LlmBatch, *, is_wanted: bool = True) -> bool:
    """
    Look at one, or find it again; returns whether it is under way.

    One of which Groq never tells is given up in the end: its pull requests, and all batches behind
    it, would wait for it in every run.

    :raises GroqError: if Groq does not tell now.
    """
    try:
        if batch.state == PREPARING:
            return resume(claim, client, batch)
        return look(claim, client, batch, is_wanted=is_wanted)
    except TRANSIENT as exc:
        if timezone.now() - batch.created_at <= AT_LATEST:
            raise
        logger.warning("team %s: batch %s: %s", claim.row.pk, batch.batch_id, exc)
        give_up(claim, batch, NEVER_TOLD)
        return False


def _say_why_pending(claim: Claim, reason: str) -> None:
    """Of those in batches that cannot be looked at; of the others the live questions tell."""
    with claim.batch():
        rows = analyses_of(claim.row).filter(is_at_groq(), llm_state=LlmState.PENDING)
        rows.update(llm_reason=reason)


def _wait(claim: Claim, batches: Sequence[LlmBatch]) -> None:
    """:raises TransientError: if there are batches."""
    if not batches:
        return
    lines = LlmBatchLine.objects.filter(batch__in=batches, state=LlmBatchLine.State.OPEN).count()
    seconds = min(_wait_after(batch.looks) for batch in batches)
    raise TransientError(_sentence(batches, lines), retry_after=seconds, counts=False)


def _wait_after(looks: int) -> float:
    return next((seconds for most, seconds in WAITS if looks < most), LAST_WAIT)


def _sentence(batches: Sequence[LlmBatch], lines: int) -> str:
    what = "a batch" if len(batches) == 1 else f"{len(batches)} batches"
    verb = "ends" if all(batch.state == LlmBatch.State.CANCELLING for batch in batches) else "reads"
    now = database_now()
    when = f"; looked at last at {now:%H:%M} UTC" if now else ""
    return f"Groq {verb} {in_words(lines)} in {what}{when}."
