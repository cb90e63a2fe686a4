"""What becomes of an answer: stored once, believed only while its pull request is unchanged."""

from contextlib import suppress
from dataclasses import asdict, dataclass

from apps.llm import answers, prompts
from apps.llm.answers import Answer
from apps.llm.client import AnswerInvalid, Completion
from apps.llm.markers import Mark
from apps.llm.marking import row_of, texts_of
from apps.llm.models import LlmAnswer, PullRequestAnalysis
from apps.llm.prompts import Question
from apps.llm.texts import PullRequestText
from apps.llm.verdict import LlmState, judge
from apps.teams.models import Team

MAX_ATTEMPTS = 3  # answers of no use, until a pull request stays undecided


@dataclass(frozen=True)
class Asked:
    """A pull request as it was when it was asked about."""

    pull_request_id: int
    fingerprint: str  #: of all its texts, at the last marking
    text: PullRequestText
    question: Question


@dataclass(frozen=True)
class Checked:
    """An answer whose form and quote are good."""

    answer: Answer
    disclosure: Mark | None  #: where the pull request says what the model claims


def checked(asked: Asked, completion: Completion) -> Checked:
    """
    Check the answer's form and its quote; pure.

    :raises AnswerInvalid: if it cannot be used.
    """
    answer = answers.read(completion.document)
    return Checked(answer, answers.disclosure_in(asked.text, answer))


def stored_answers(asked: list[Asked], model: str) -> dict[int, Checked]:
    """
    The answers that were paid for earlier, by pull request: same text, prompt and model.

    Without those that today's rules would not take.
    """
    by_key = {(item.pull_request_id, item.question.input_hash()): item for item in asked}
    rows = LlmAnswer.objects.filter(
        pull_request__in=[item.pull_request_id for item in asked],
        prompt_version=prompts.VERSION,
        model=model,
    )
    known = {}
    for row in rows:
        if item := by_key.get((row.pull_request_id, row.input_hash)):
            answer = Answer(**row.answer)
            with suppress(AnswerInvalid):
                disclosure = answers.disclosure_in(item.text, answer)
                known[row.pull_request_id] = Checked(answer, disclosure)
    return known


def keep(asked: Asked, answer: Answer, completion: Completion, *, model: str) -> None:
    """Store a paid answer under its key; a second one for the same key is dropped."""
    LlmAnswer.objects.bulk_create(
        [
            LlmAnswer(
                pull_request_id=asked.pull_request_id,
                input_hash=asked.question.input_hash(),
                prompt_version=prompts.VERSION,
                model=model,
                answer=asdict(answer),
                prompt_tokens=completion.prompt_tokens,
                completion_tokens=completion.completion_tokens,
            )
        ],
        ignore_conflicts=True,
    )


def settle(team: Team, asked: Asked, found: Checked) -> bool:
    """
    Write the answer into the pull request's analysis; inside a transaction.

    Returns False, and changes nothing, if the pull request has changed since it was asked about.
    """
    analysis = _unchanged(team, asked)
    if analysis is None:
        return False
    answer = found.answer
    analysis.llm_state = LlmState.DONE
    analysis.kind_of_change, analysis.summary = answer.kind_of_change, answer.summary
    analysis.risk, analysis.review_size = answer.risk, answer.review_size
    evidence = [piece for piece in analysis.evidence.all() if piece.kind != "quote"]
    analysis.evidence.filter(kind="quote").delete()
    if found.disclosure:
        quote = row_of(found.disclosure)
        quote.analysis = analysis
        quote.save()
        evidence.append(quote)
    judge(analysis, evidence)
    analysis.save()
    return True


def count_failure(team: Team, asked: Asked, reason: str) -> bool:
    """
    Count an attempt in vain; inside a transaction.

    Returns whether another attempt is left. After the last one the pull request is undecided.
    """
    analysis = _unchanged(team, asked)
    if analysis is None:
        return False
    analysis.llm_attempts += 1
    analysis.llm_reason = reason
    if analysis.llm_attempts >= MAX_ATTEMPTS:
        analysis.llm_state = LlmState.UNDECIDED
        judge(analysis, analysis.evidence.all())
    analysis.save()
    return analysis.llm_attempts < MAX_ATTEMPTS


def _unchanged(team: Team, asked: Asked) -> PullRequestAnalysis | None:
    analysis = PullRequestAnalysis.objects.filter(
        team=team,
        pull_request=asked.pull_request_id,
        input_hash=asked.fingerprint,
        llm_state=LlmState.PENDING,
    ).first()
    now = texts_of(team, [asked.pull_request_id]).get(asked.pull_request_id)
    if now is None or now.fingerprint() != asked.fingerprint:
        return None
    return analysis
