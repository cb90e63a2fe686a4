"""Reading a batch that has ended: each answer to its question, the rest left to be asked live."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.db.models import F
from django.db.models.functions import Now

from apps.llm import answers, prompts, use
from apps.llm.batching.client import BatchClient, NotThere, RemoteBatch
from apps.llm.batching.lines import Returned, custom_id_of, results_in
from apps.llm.client import AnswerInvalid, Completion, GroqError
from apps.llm.computing import computed
from apps.llm.marking import texts_of
from apps.llm.models import LlmBatch, LlmBatchLine, LlmUse
from apps.llm.progress import Analysed, analysed_of, share
from apps.llm.prompts import Question
from apps.llm.scope import analyses_of
from apps.llm.settling import Asked, Checked, Reply, reply_to, store
from apps.llm.texts import PullRequestText
from apps.llm.verdict import LlmState
from apps.pipeline.claims import Claim

logger = logging.getLogger(__name__)

CHUNK = 50  # answers that are stored together
NOWHERE = "Groq's files hold no answer to this question."
OTHER_PROMPT = "It was asked with another prompt than today's."
State = LlmBatchLine.State


@dataclass(frozen=True)
class SentQuestion(Question):
    """A question of which only the line is left; the text may be another one by now."""

    sent_hash: str
    was_cut: bool

    @property
    def is_cut(self) -> bool:
        return self.was_cut

    def input_hash(self) -> str:
        return self.sent_hash


@dataclass(frozen=True)
class Read:
    """What a line has come to: a reply where it was answered, well or badly."""

    line: LlmBatchLine
    reply: Reply | None
    reason: str = ""  #: why it is asked live; empty for an answer

    @property
    def settles(self) -> bool:
        """Whether its pull request has its answer now."""
        return self.reply is not None and not self.reason and bool(self.reply.asked.fingerprint)


def read(claim: Claim, client: BatchClient, batch: LlmBatch, remote: RemoteBatch) -> None:
    """
    Store what both files hold, whatever the end was; a batch that is read twice is stored once.

    :raises GroqError: if a file cannot be fetched now.
    """
    lines = list(batch.lines.filter(state=State.OPEN).order_by("pk"))
    names = {line.pk: custom_id_of(line.pull_request_id, batch.prompt_version) for line in lines}
    files = [_content(claim, client, name) for name in remote.files] if lines else []
    # Those of an interrupted reading were asked for as well.
    all_ids = batch.lines.values_list("pull_request_id", flat=True)
    asked = {custom_id_of(pk, batch.prompt_version) for pk in all_ids}
    results = computed(claim, lambda: results_in(files, asked=asked))
    for problem, number in results.ignored.items():
        logger.warning("batch %s: %s lines ignored: %s", batch.batch_id, number, problem)
    reading = Reading(claim, batch, analysed_of(claim.row))
    for start in range(0, len(lines), CHUNK):
        chunk = lines[start : start + CHUNK]
        reading.store(chunk, {line.pk: results.by_id.get(names[line.pk]) for line in chunk})
    with claim.batch(progress=True):
        LlmBatch.objects.filter(pk=batch.pk).update(
            state=LlmBatch.State.READ,
            groq_status=remote.status,
            looks=F("looks") + 1,
            looked_at=Now(),
            ended_at=Now(),
        )
    logger.info("team %s: batch %s is read (%s)", claim.row.pk, batch.batch_id, remote.status)


def _content(claim: Claim, client: BatchClient, name: str) -> str:
    try:
        return computed(claim, lambda: client.content(name))
    except NotThere:
        logger.warning("team %s: Groq does not have the file %s any more", claim.row.pk, name)
        return ""


class Reading:
    """Stores answers, chunk by chunk, and says how far the step has come with each."""

    def __init__(self, claim: Claim, batch: LlmBatch, so_far: Analysed) -> None:
        self._claim = claim
        self._batch = batch
        self._total = so_far.total
        self._done = so_far.total - so_far.pending

    def store(self, lines: Sequence[LlmBatchLine], returned: Mapping[int, Returned | None]) -> None:
        """A constant number of statements, however many lines."""
        claim, batch = self._claim, self._batch
        ids = [line.pull_request_id for line in lines]
        texts = texts_of(claim.row, ids)
        waiting = analyses_of(claim.row).filter(llm_state=LlmState.PENDING, pull_request__in=ids)
        reruns = dict(waiting.values_list("pull_request_id", "reruns"))
        found = computed(claim, partial(_read_all, batch, lines, returned, texts, reruns))
        replies = [one.reply for one in found if one.reply]
        self._done += sum(one.settles for one in found)
        position = f"{self._done} of {self._total} pull requests analysed"
        percent = min(share(self._done, self._total), 99)
        with claim.batch(progress=True, position=position, background_llm_progress=percent):
            if batch.prompt_version == prompts.VERSION:
                store(claim.row, replies, way=LlmUse.Way.BATCH, run=batch.run)
            else:
                _count_use(claim, batch, replies)
            _mark(found)


def _count_use(claim: Claim, batch: LlmBatch, replies: Iterable[Reply]) -> None:
    paid = [(batch.model, reply.completion.usage) for reply in replies if reply.completion]
    use.record(claim.row, batch.run, LlmUse.Way.BATCH, LlmUse.Purpose.READING, paid)


def _mark(found: Sequence[Read]) -> None:
    answered = [one.line.pk for one in found if not one.reason]
    LlmBatchLine.objects.filter(pk__in=answered).update(state=State.ANSWERED)
    failed = [one.line for one in found if one.reason]
    for one in found:
        if one.reason:
            one.line.state, one.line.reason = State.FAILED, one.reason
    LlmBatchLine.objects.bulk_update(failed, ["state", "reason"])


# --- Pure ---


def _read_all(
    batch: LlmBatch,
    lines: Iterable[LlmBatchLine],
    returned: Mapping[int, Returned | None],
    texts: Mapping[int, PullRequestText],
    reruns: Mapping[int, int],
) -> list[Read]:
    """
    :param reruns: of the pull requests that still wait for an answer; no others are settled.
    """
    found = []
    for line in lines:
        text = texts.get(line.pull_request_id)
        is_awaited = (
            text is not None
            and reruns.get(line.pull_request_id) == line.rerun
            and text.fingerprint() == line.fingerprint
        )
        asked = Asked(
            pull_request_id=line.pull_request_id,
            fingerprint=line.fingerprint if is_awaited else "",  # empty: kept, and not believed
            text=text or PullRequestText(title=""),
            question=SentQuestion("", sent_hash=line.input_hash, was_cut=line.is_cut),
            rerun=line.rerun,
            model=batch.model,
        )
        found.append(_read_line(batch, line, returned[line.pk], asked))
    return found


def _read_line(
    batch: LlmBatch, line: LlmBatchLine, returned: Returned | None, asked: Asked
) -> Read:
    if returned is None:
        return Read(line, None, NOWHERE)
    try:
        completion = returned.completion(batch.model)
    except AnswerInvalid as exc:
        return Read(line, Reply(asked, error=exc), str(exc))
    except GroqError as exc:
        return Read(line, None, str(exc))
    if batch.prompt_version != prompts.VERSION:
        return Read(line, Reply(asked, completion), OTHER_PROMPT)
    reply = reply_to(asked, completion) if asked.fingerprint else _unbelieved(asked, completion)
    return Read(line, reply, str(reply.error or ""))


def _unbelieved(asked: Asked, completion: Completion) -> Reply:
    """Its pull request says something else now: the answer is paid, and kept under its key."""
    try:
        answer = answers.read(completion.document)
    except AnswerInvalid as exc:
        return Reply(asked, completion, error=exc)
    return Reply(asked, completion, found=Checked(answer, None, completion.model))
