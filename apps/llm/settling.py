"""What becomes of answers: stored once, believed only while their pull request is unchanged."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from apps.core.changes import tell_changed
from apps.llm import answers, prompts, use
from apps.llm.answers import Answer
from apps.llm.client import (
    AnswerInvalid,
    Completion,
    GroqError,
    ModelMissing,
    RequestRejected,
    Usage,
)
from apps.llm.corrections import standing
from apps.llm.markers import Mark
from apps.llm.marking import OF_THE_MODEL, QUOTE, locked, row_of, texts_of
from apps.llm.models import Evidence, LlmAnswer, LlmUse, PastVerdict, PullRequestAnalysis
from apps.llm.prompts import Question
from apps.llm.texts import PullRequestText
from apps.llm.verdict import LlmState, judge, replaced
from apps.teams.models import Team

MAX_ATTEMPTS = 3  # answers of no use, until a pull request is undecided
#: Then it gets one more in each run that begins later: it may have been Groq's bad day.
ATTEMPTS_IN_ALL = 7
CHANGED = ("modified", "ai_class", "tools", "is_corrected", *OF_THE_MODEL)


@dataclass(frozen=True)
class Asked:
    """A pull request as it was when it was asked about."""

    pull_request_id: int
    fingerprint: str  #: of all its texts, at the last marking
    text: PullRequestText
    question: Question
    rerun: int = 0  #: `PullRequestAnalysis.reruns` at that time
    model: str = ""  #: whom it is asked of; empty: GROQ_MODEL


@dataclass(frozen=True)
class Checked:
    """An answer whose form and quote are good."""

    answer: Answer
    disclosure: Mark | None  #: where the pull request says what the model claims
    model: str
    answered_at: datetime | None = None  #: None: just now


@dataclass(frozen=True)
class Reply:
    """
    What has come back: an answer of use (`found`), or a failure that counts against the question.

    Made by `reply_to` from a completion; `Reply(asked, error=…)` from an error that concerns this
    question alone (of no use, too large). One of the service is no reply.
    """

    asked: Asked
    completion: Completion | None = None  #: None: not paid, or paid and of no use
    error: GroqError | None = None
    found: Checked | None = None


def model_for(attempts: int) -> str:
    """
    Whom to ask after so many attempts in vain: the first model twice, then the fallback once.

    Empty for the first one, also where there is no other.
    """
    is_third = attempts % MAX_ATTEMPTS == MAX_ATTEMPTS - 1
    other = settings.GROQ_FALLBACK_MODEL
    return other if is_third and other != settings.GROQ_MODEL else ""


def reply_to(asked: Asked, completion: Completion) -> Reply:
    """Check an answer's form and its quote; pure, and slow for a giant text."""
    try:
        answer = answers.read(completion.document)
        disclosure = answers.disclosure_in(asked.text, answer)
    except AnswerInvalid as exc:
        return Reply(asked, completion, error=exc)
    return Reply(asked, completion, found=Checked(answer, disclosure, completion.model))


def models() -> tuple[str, str]:
    """Those whose answers are taken."""
    return settings.GROQ_MODEL, settings.GROQ_FALLBACK_MODEL


def stored_answers(asked: Sequence[Asked]) -> list[LlmAnswer]:
    """What was paid for earlier: for today's prompt and models, whatever the text was then."""
    return list(
        LlmAnswer.objects.filter(
            pull_request__in=[one.pull_request_id for one in asked],
            prompt_version=prompts.VERSION,
            model__in=models(),
        ).order_by("pk")
    )


def replies_from(rows: Iterable[LlmAnswer], asked: Sequence[Asked]) -> list[Reply]:
    """
    Those of stored answers that are to the same question; pure, and slow for a giant text.

    Without those that today's rules would not take.
    """
    by_key = {(one.pull_request_id, one.question.input_hash(), one.rerun): one for one in asked}
    replies = {}
    for row in rows:
        if one := by_key.get((row.pull_request_id, row.input_hash, row.rerun)):
            answer = Answer(**row.answer)
            with suppress(AnswerInvalid):
                disclosure = answers.disclosure_in(one.text, answer)
                found = Checked(answer, disclosure, row.model, row.created_at)
                replies[row.pull_request_id] = Reply(one, found=found)
    return list(replies.values())


def store(
    team: Team, replies: Sequence[Reply], *, way: str = LlmUse.Way.LIVE, run: int = 0
) -> list[int]:
    """
    Store what a group of questions has brought, inside the caller's transaction.

    A constant number of statements, whatever the size of the group: answers, use, verdicts and
    their evidence. What was paid is kept and counted in any case; a pull request that has changed
    since it was asked about is otherwise left alone. No two replies are about the same one.

    :param run: of the pipeline, for the count of use.
    :returns: the pull requests that have another attempt left after this one in vain.
    """
    ids = [reply.asked.pull_request_id for reply in replies]
    analyses = locked(team, ids)
    texts = texts_of(team, ids)
    _keep_answers([reply for reply in replies if reply.asked.pull_request_id in texts])
    use.record(team, run, way, LlmUse.Purpose.READING, _paid(replies))
    unchanged = [
        (reply, analyses[reply.asked.pull_request_id])
        for reply in replies
        if _is_unchanged(reply.asked, analyses, texts)
    ]
    _judge_anew(team, unchanged)
    return [
        analysis.pull_request_id
        for reply, analysis in unchanged
        if reply.error and analysis.llm_state == LlmState.PENDING
    ]


def _is_unchanged(
    asked: Asked,
    analyses: Mapping[int, PullRequestAnalysis],
    texts: Mapping[int, PullRequestText],
) -> bool:
    """Whether its texts are those that were asked about, and an answer is still awaited."""
    analysis, text = analyses.get(asked.pull_request_id), texts.get(asked.pull_request_id)
    return (
        analysis is not None
        and text is not None
        and (analysis.llm_state, analysis.reruns) == (LlmState.PENDING, asked.rerun)
        and analysis.input_hash == text.fingerprint() == asked.fingerprint
    )


def _keep_answers(replies: Iterable[Reply]) -> None:
    """Under their keys. A second answer for one key is there because the first is of no use."""
    LlmAnswer.objects.bulk_create(
        [
            LlmAnswer(
                pull_request_id=reply.asked.pull_request_id,
                input_hash=reply.asked.question.input_hash(),
                prompt_version=prompts.VERSION,
                model=reply.completion.model,
                rerun=reply.asked.rerun,
                answer=asdict(reply.found.answer),
                prompt_tokens=reply.completion.usage.prompt_tokens,
                cached_tokens=reply.completion.usage.cached_tokens,
                completion_tokens=reply.completion.usage.completion_tokens,
            )
            for reply in replies
            if reply.completion and reply.found
        ],
        update_conflicts=True,
        unique_fields=["pull_request", "input_hash", "prompt_version", "model", "rerun"],
        update_fields=["answer", "prompt_tokens", "cached_tokens", "completion_tokens"],
    )


def _paid(replies: Iterable[Reply]) -> list[tuple[str, Usage]]:
    """Every call that Groq charges for, those whose answer was of no use among them."""
    calls: list[tuple[str, Usage]] = []
    for reply in replies:
        if reply.completion:
            calls.append((reply.completion.model, reply.completion.usage))
        elif reply.error and reply.error.usage:
            calls.append((reply.asked.model or settings.GROQ_MODEL, reply.error.usage))
    return calls


def _judge_anew(team: Team, changed: Sequence[tuple[Reply, PullRequestAnalysis]]) -> None:
    said = standing(team, [analysis.pull_request_id for _, analysis in changed])
    quotes: list[Evidence] = []
    past: list[PastVerdict] = []
    now = timezone.now()
    for reply, analysis in changed:
        before = copy.copy(analysis)
        evidence = list(analysis.evidence.all())
        if reply.found:
            _take(analysis, reply.found, now)
            analysis.is_cut = reply.asked.question.is_cut
            evidence = [piece for piece in evidence if piece.kind != QUOTE]
            if reply.found.disclosure:
                evidence.append(row_of(reply.found.disclosure))
                evidence[-1].analysis = analysis
                quotes.append(evidence[-1])
        elif reply.error:
            _count_attempt(analysis, reply.error)
        judge(analysis, evidence, said.get(analysis.pull_request_id))
        analysis.modified = now
        # Before its first answer a verdict is not replaced by one: it is made complete.
        if before.llm_model and (old := replaced(before, analysis)):
            past.append(old)
    answered = [analysis.pk for reply, analysis in changed if reply.found]
    Evidence.objects.filter(analysis__in=answered, kind=QUOTE).delete()
    Evidence.objects.bulk_create(quotes)
    PastVerdict.objects.bulk_create(past)
    PullRequestAnalysis.objects.bulk_update([analysis for _, analysis in changed], CHANGED)
    tell_changed(team.pk)


def _take(analysis: PullRequestAnalysis, found: Checked, now: datetime) -> None:
    answer = found.answer
    analysis.llm_state = LlmState.DONE
    analysis.llm_model, analysis.llm_prompt_version = found.model, prompts.VERSION
    analysis.llm_answered_at = found.answered_at or now
    analysis.kind_of_change = answer.kind_of_change
    analysis.summary, analysis.description = answer.summary, answer.description
    analysis.risk, analysis.review_size = answer.risk, answer.review_size


def _count_attempt(analysis: PullRequestAnalysis, error: GroqError) -> None:
    """After the last one it is undecided, with the reason; a fallback of no use is none."""
    analysis.llm_attempts += 1
    if not (isinstance(error, ModelMissing | RequestRejected) and analysis.llm_reason):
        analysis.llm_reason = str(error)
    if analysis.llm_attempts >= MAX_ATTEMPTS:
        analysis.llm_state = LlmState.UNDECIDED
