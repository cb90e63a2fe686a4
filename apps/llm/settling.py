"""What becomes of an answer: stored once, believed only while its pull request is unchanged."""

from dataclasses import asdict, dataclass

from apps.llm import answers, prompts
from apps.llm.answers import Answer
from apps.llm.client import Completion
from apps.llm.marking import judge, row_of, texts_of
from apps.llm.models import LlmAnswer, PullRequestAnalysis
from apps.llm.prompts import Question
from apps.llm.texts import PullRequestText
from apps.llm.verdict import LlmState
from apps.teams.models import Team

MAX_ATTEMPTS = 3  # answers of no use, until a pull request stays undecided


@dataclass(frozen=True)
class Asked:
    """A pull request as it was when it was asked about."""

    pull_request_id: int
    fingerprint: str  #: of all its texts, at the last marking
    text: PullRequestText
    question: Question


def checked(asked: Asked, completion: Completion) -> Answer:
    """
    The answer, its form and its quote checked.

    :raises AnswerInvalid: if it cannot be used.
    """
    answer = answers.read(completion.document)
    answers.disclosure_in(asked.text, answer)
    return answer


def stored_answers(asked: list[Asked], model: str) -> dict[int, Answer]:
    """The answers that were paid for earlier, by pull request: same text, prompt and model."""
    hashes = {item.pull_request_id: item.question.input_hash() for item in asked}
    rows = LlmAnswer.objects.filter(
        pull_request__in=hashes, prompt_version=prompts.VERSION, model=model
    )
    return {
        row.pull_request_id: Answer(**row.answer)
        for row in rows
        if row.input_hash == hashes[row.pull_request_id]
    }


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


def settle(team: Team, asked: Asked, answer: Answer) -> bool:
    """
    Write the answer into the pull request's analysis; inside a transaction.

    Returns False, and changes nothing, if the pull request has changed since it was asked about.
    """
    analysis = _unchanged(team, asked)
    if analysis is None:
        return False
    analysis.llm_state, analysis.llm_reason = LlmState.DONE, ""
    analysis.kind_of_change, analysis.summary = answer.kind_of_change, answer.summary
    evidence = [piece for piece in analysis.evidence.all() if piece.kind != "quote"]
    analysis.evidence.filter(kind="quote").delete()
    if found := answers.disclosure_in(asked.text, answer):
        quote = row_of(found)
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
