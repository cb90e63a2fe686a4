"""The end of a batch: given up, or read; and its files at Groq, which are not left there."""

import logging
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from apps.llm.batching.client import BatchClient, NotThere
from apps.llm.client import GroqError
from apps.llm.computing import computed
from apps.llm.models import LlmBatch, LlmBatchLine
from apps.pipeline.claims import Claim

logger = logging.getLogger(__name__)

KEPT_AT_GROQ = timedelta(days=30)  # then Groq deletes files itself
TIDIED_AT_ONCE = 5  # batches


def give_up(claim: Claim, batch: LlmBatch, reason: str, *, groq_status: str = "") -> None:
    """Ask about what is still open in it live."""
    with claim.batch(progress=True):
        batch.lines.filter(state=LlmBatchLine.State.OPEN).update(
            state=LlmBatchLine.State.FAILED, reason=reason
        )
        LlmBatch.objects.filter(pk=batch.pk).update(
            state=LlmBatch.State.GIVEN_UP,
            reason=reason,
            groq_status=groq_status or batch.groq_status,
            ended_at=Now(),
        )


def tidy(claim: Claim, client: BatchClient) -> None:
    """
    Delete the files of batches that are over; what cannot be deleted is tried at the next run.

    A batch whose files are gone has no `input_file_id` any more. Rows of batches that Groq itself
    has forgotten go, too.
    """
    over = LlmBatch.objects.filter(
        team=claim.row, state__in=(LlmBatch.State.READ, LlmBatch.State.GIVEN_UP)
    )
    forgotten = over.filter(created_at__lt=timezone.now() - KEPT_AT_GROQ)
    if forgotten.exists():
        with claim.batch():
            forgotten.delete()
    for batch in over.exclude(input_file_id="").order_by("created_at")[:TIDIED_AT_ONCE]:
        try:
            for name in _files_of(claim, client, batch):
                _delete(claim, client, name)
        except GroqError as exc:
            logger.info("team %s: files of a batch stay at Groq: %s", claim.row.pk, exc)
            return
        with claim.batch():
            LlmBatch.objects.filter(pk=batch.pk).update(input_file_id="")


def _files_of(claim: Claim, client: BatchClient, batch: LlmBatch) -> list[str]:
    if not batch.batch_id:
        return [batch.input_file_id]
    try:
        remote = computed(claim, lambda: client.look(batch.batch_id))
    except NotThere:
        return [batch.input_file_id]
    return [*remote.files, batch.input_file_id]


def _delete(claim: Claim, client: BatchClient, name: str) -> None:
    try:
        computed(claim, lambda: client.delete(name))
    except NotThere:
        return
