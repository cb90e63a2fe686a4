"""
Sending batches: their rows first, then the file, then the batch itself.

Whoever dies in between leaves a row that says so (`PREPARING`), and its id stands in the metadata
of the batch, if there is one: `resume` finds that again, and nothing is paid twice.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from apps.github.models import PullRequest
from apps.llm import prompts
from apps.llm.batching.client import BatchClient, BatchesRefused, NotThere, RemoteBatch
from apps.llm.batching.ending import give_up
from apps.llm.batching.lines import MOST_BYTES, request_line
from apps.llm.batching.scope import in_words, is_at_groq, was_in_a_batch
from apps.llm.client import ANSWER_TOKENS, GroqError, RequestRejected, Usage
from apps.llm.computing import computed
from apps.llm.costs import allowance, cost_nano_usd
from apps.llm.loading import questions, repositories_of
from apps.llm.models import LlmAnswer, LlmBatch, LlmBatchLine, LlmUse, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.llm.scope import analyses_of
from apps.llm.settling import Asked, replies_from, stored_answers
from apps.llm.verdict import LlmState
from apps.pipeline.claims import Claim, TicketLost

logger = logging.getLogger(__name__)

LOADED_AT_ONCE = 50  # pull requests whose texts are in memory
REFUSAL_REMEMBERED = timedelta(days=1)  # that a key may use no batches; then we ask again
CHARACTERS_A_TOKEN = 3  # cautious: it is four in English
REFUSED = "403 "  # with the key's name: the `groq_status` of a batch that Groq has refused for it


@dataclass(frozen=True)
class Line:
    """A question that is ready to be sent."""

    pull_request_id: int
    fingerprint: str
    input_hash: str
    is_cut: bool
    rerun: int
    content: bytes
    nano_usd: int  #: what it costs at most, or so


# --- New ones ---


def send_pending(claim: Claim, client: BatchClient) -> None:
    """
    Put what is pending into batches, if it is much and nothing speaks against it.

    What is not sent is asked about live: few questions, those that were in a batch of this run or
    in vain before, all where the key may use no batches, and what the budget is too small for.

    :raises GroqError: if Groq does not answer or refuses; what was made by then is found again.
    """
    least = settings.HISTORICAL_SYNC_CONFIG["llm_batch_api_from"]
    if least <= 0:
        return
    analyses = _candidates(claim)
    newest_first = analyses.order_by("-pull_request__updated_at", "-pk")
    ids = list(newest_first.values_list("pull_request_id", flat=True))
    if len(ids) < least or _was_refused_lately(client):
        return
    for lines in _groups(_lines(claim, analyses, ids), allowance(claim.row).left):
        if len(lines) < min(least, _most_lines()) or allowance(claim.row).sentence:
            return  # the switch may have been turned off since the last one
        if not _send(claim, client, lines):
            return


def _candidates(claim: Claim) -> QuerySet[PullRequestAnalysis]:
    pending = analyses_of(claim.row).filter(llm_state=LlmState.PENDING, llm_attempts=0)
    return pending.filter(~is_at_groq(), ~was_in_a_batch(claim.row.pipeline_run))


def _was_refused_lately(client: BatchClient) -> bool:
    return LlmBatch.objects.filter(
        state=LlmBatch.State.GIVEN_UP,
        groq_status=f"{REFUSED}{client.key_name}",
        created_at__gt=timezone.now() - REFUSAL_REMEMBERED,
    ).exists()


def _lines(
    claim: Claim, analyses: QuerySet[PullRequestAnalysis], ids: Sequence[int]
) -> Iterator[Line]:
    repositories = repositories_of(claim.row)
    for start in range(0, len(ids), LOADED_AT_ONCE):
        some = ids[start : start + LOADED_AT_ONCE]
        asked = questions(claim, analyses, some, repositories=repositories)
        stored = stored_answers(asked)
        yield from computed(claim, partial(_new_lines, asked, stored))


def _new_lines(asked: Sequence[Asked], stored: Sequence[LlmAnswer]) -> list[Line]:
    """
    Pure. An answer that is there is taken live, for nothing; and a text that has changed since it
    was marked will be marked again.
    """
    paid = {reply.asked.pull_request_id for reply in replies_from(stored, asked)}
    return [
        _line_of(one)
        for one in asked
        if one.pull_request_id not in paid and one.text.fingerprint() == one.fingerprint
    ]


def _line_of(asked: Asked) -> Line:
    model = settings.GROQ_MODEL
    content = request_line(asked, model=model)
    most = Usage(len(content) // CHARACTERS_A_TOKEN, 0, ANSWER_TOKENS)
    return Line(
        pull_request_id=asked.pull_request_id,
        fingerprint=asked.fingerprint,
        input_hash=asked.question.input_hash(),
        is_cut=asked.question.is_cut,
        rerun=asked.rerun,
        content=content,
        nano_usd=cost_nano_usd(model, most, LlmUse.Way.BATCH),
    )


def _groups(lines: Iterator[Line], nano_usd_left: int) -> Iterator[list[Line]]:
    """Batches of so many lines, and bytes, as are allowed, until the budget is spoken for."""
    most = _most_lines()
    group: list[Line] = []
    size = 0
    for line in lines:
        nano_usd_left -= line.nano_usd
        if nano_usd_left < 0:
            break
        if len(group) >= most or size + len(line.content) > MOST_BYTES:
            yield group
            group, size = [], 0
        group.append(line)
        size += len(line.content)
    if group:
        yield group


def _most_lines() -> int:
    return max(int(settings.HISTORICAL_SYNC_CONFIG["llm_batch_lines"]), 1)


def _send(claim: Claim, client: BatchClient, lines: Sequence[Line]) -> bool:
    """
    Send one batch; False if Groq does not take batches from us.

    :raises GroqError: where waiting may help.
    """
    batch = _prepare(claim, lines)
    content = b"".join(line.content for line in lines)
    try:
        batch.input_file_id = computed(claim, lambda: client.upload(content))
        with claim.batch():
            LlmBatch.objects.filter(pk=batch.pk).update(input_file_id=batch.input_file_id)
        tag = str(batch.pk)
        remote = computed(claim, lambda: client.create(batch.input_file_id, tag=tag))
    except BatchesRefused as exc:
        logger.warning("team %s: %s", claim.row.pk, exc)
        give_up(claim, batch, str(exc), groq_status=f"{REFUSED}{client.key_name}")
        return False
    except (NotThere, RequestRejected) as exc:
        logger.warning("team %s: a batch was refused: %s", claim.row.pk, exc)
        give_up(claim, batch, str(exc))
        return False
    _store_sent(claim, client, batch, remote)
    return True


def _prepare(claim: Claim, lines: Sequence[Line]) -> LlmBatch:
    batch = LlmBatch(
        team=claim.row,
        run=claim.row.pipeline_run,
        model=settings.GROQ_MODEL,
        prompt_version=prompts.VERSION,
    )
    with claim.batch(position=f"Sending {in_words(len(lines))} to Groq in a batch"):
        batch.save(force_insert=True)
        there = set(
            PullRequest.objects.filter(pk__in=[line.pull_request_id for line in lines]).values_list(
                "pk", flat=True
            )
        )
        LlmBatchLine.objects.bulk_create(
            LlmBatchLine(
                batch=batch,
                pull_request_id=line.pull_request_id,
                fingerprint=line.fingerprint,
                input_hash=line.input_hash,
                is_cut=line.is_cut,
                rerun=line.rerun,
            )
            for line in lines
            if line.pull_request_id in there
        )
    return batch


def _store_sent(claim: Claim, client: BatchClient, batch: LlmBatch, remote: RemoteBatch) -> None:
    position = f"At Groq in a batch: {in_words(batch.lines.count())}"
    percent = min(analysed_of(claim.row).percent, 99)  # that others are read already is told
    try:
        with claim.batch(progress=True, position=position, background_llm_progress=percent):
            LlmBatch.objects.filter(pk=batch.pk).update(
                state=LlmBatch.State.OPEN,
                batch_id=remote.id,
                groq_status=remote.status,
                sent_at=Now(),
            )
    except TicketLost:
        if not LlmBatch.objects.filter(pk=batch.pk).exists():
            # Whoever has the step now has found nothing of ours, and asks anew.
            with suppress(GroqError):
                client.cancel(remote.id)
        raise


# --- Those that somebody has begun to send ---


def resume(claim: Claim, client: BatchClient, batch: LlmBatch) -> bool:
    """
    Adopt the batch if it came to be; else forget the row, as nothing was asked for.

    Returns whether there is a batch now.

    :raises GroqError: if Groq does not tell now.
    """
    try:
        remote = computed(claim, lambda: client.find(str(batch.pk)))
    except (BatchesRefused, NotThere, RequestRejected) as exc:  # nor will it ever
        logger.warning("team %s: a batch cannot be searched for: %s", claim.row.pk, exc)
        give_up(claim, batch, str(exc))
        return False
    if remote is not None:
        logger.info("team %s: adopts the batch %s", claim.row.pk, remote.id)
        _store_sent(claim, client, batch, remote)
        return True
    if batch.input_file_id:
        with suppress(GroqError):
            computed(claim, lambda: client.delete(batch.input_file_id))
    with claim.batch():
        LlmBatch.objects.filter(pk=batch.pk, state=LlmBatch.State.PREPARING).delete()
    return False
