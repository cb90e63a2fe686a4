"""Looking at a batch that is under way: reading it at its end, and ending what takes too long."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from apps.llm.batching.client import BatchClient, BatchesRefused, NotThere, RemoteBatch
from apps.llm.batching.ending import give_up
from apps.llm.batching.reading import read
from apps.llm.client import GroqError, GroqRateLimited, GroqUnavailable, RequestRejected
from apps.llm.computing import computed
from apps.llm.models import LlmBatch
from apps.pipeline.claims import Claim
from apps.pipeline.clock import database_now

logger = logging.getLogger(__name__)

FILES_LATE = timedelta(minutes=2)  # that an ended batch may take to name its files
CANCELLING = timedelta(minutes=20)  # Groq: up to ten
TOO_LONG = "It took too long."
NEVER_ENDED = "Groq has not ended the batch, not even when it was told to."
UNKNOWN = "Groq does not know the batch any more."
State = LlmBatch.State


def look(claim: Claim, client: BatchClient, batch: LlmBatch, *, is_wanted: bool = True) -> bool:
    """
    Look once; returns whether the batch is still under way.

    :param is_wanted: False: it is to end now, as what it was asked for is not wanted any more.
    :raises GroqError: if Groq does not tell.
    """
    try:
        remote = computed(claim, lambda: client.look(batch.batch_id))
        if not remote.has_ended and batch.state == State.OPEN:
            remote = _cancelled_in_time(claim, client, batch, remote, is_wanted=is_wanted)
    except (BatchesRefused, NotThere, RequestRejected) as exc:
        logger.warning("team %s: batch %s: %s", claim.row.pk, batch.batch_id, exc)
        give_up(claim, batch, UNKNOWN if isinstance(exc, NotThere) else str(exc))
        return False
    now = database_now()
    is_late = _is_over(batch.ended_at, now, after=FILES_LATE)
    if remote.has_ended and (remote.has_its_files or is_late):
        _say_what_is_odd(batch, remote)
        read(claim, client, batch, remote)
        return False
    if not remote.has_ended and _is_over(batch.cancelled_at, now, after=CANCELLING):
        give_up(claim, batch, NEVER_ENDED)
        return False
    with claim.batch():
        seen = LlmBatch.objects.filter(pk=batch.pk)
        seen.update(looks=F("looks") + 1, looked_at=Now(), groq_status=remote.status)
        if remote.has_ended:
            seen.filter(ended_at=None).update(ended_at=Now())
    return True


def _cancelled_in_time(
    claim: Claim, client: BatchClient, batch: LlmBatch, remote: RemoteBatch, *, is_wanted: bool
) -> RemoteBatch:
    """Cancel what is old or unwanted; what it has done by then is paid, and will be read."""
    if is_wanted and _age(batch, database_now()) <= _patience():
        return remote
    reason = TOO_LONG if is_wanted else "The language model was switched off."
    try:
        remote = computed(claim, lambda: client.cancel(batch.batch_id))
    except (GroqUnavailable, GroqRateLimited):
        raise
    except GroqError as exc:  # it may have ended at this moment: the next look tells
        logger.info("batch %s was not cancelled: %s", batch.batch_id, exc)
        told = {}
    else:
        logger.info("team %s: batch %s is cancelled: %s", claim.row.pk, batch.batch_id, reason)
        told = {"state": State.CANCELLING, "reason": reason}
    with claim.batch():
        # From the first time on: a batch that cannot be cancelled is not waited for, either.
        moment = Coalesce("cancelled_at", Now())
        LlmBatch.objects.filter(pk=batch.pk).update(**told, cancelled_at=moment)
    return remote


def _age(batch: LlmBatch, now: datetime | None) -> timedelta:
    return (now or batch.created_at) - (batch.sent_at or batch.created_at)


def _patience() -> timedelta:
    return timedelta(seconds=settings.HISTORICAL_SYNC_CONFIG["llm_batch_patience_seconds"])


def _is_over(moment: datetime | None, now: datetime | None, *, after: timedelta) -> bool:
    return moment is not None and now is not None and now - moment > after


def _say_what_is_odd(batch: LlmBatch, remote: RemoteBatch) -> None:
    if remote.problem:
        logger.warning("batch %s: %s, %s", batch.batch_id, remote.status, remote.problem)
    if not remote.has_its_files:
        logger.warning("batch %s: Groq has never named its files", batch.batch_id)
