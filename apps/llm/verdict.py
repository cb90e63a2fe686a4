"""Class and tools of a pull request: what a person has said, else what its evidence amounts to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from apps.llm.markers import AGENT, DECLARED, SUSPECTED, WEAK
from apps.llm.models import Correction, PastVerdict, PullRequestAnalysis

AiClass = PullRequestAnalysis.AiClass
LlmState = PullRequestAnalysis.LlmState
NOT_ALL_READ = "GitHub did not tell all of its commits or labels: a mark may stand in the others."
UNNAMED = "ai"  # an AI tool was at work, and nothing says which


class Piece(Protocol):
    """A mark, or its row."""

    @property
    def tool(self) -> str: ...

    @property
    def strength(self) -> str: ...


@dataclass(frozen=True)
class Verdict:
    """What the evidence amounts to; `tools` sorted, empty for the classes D and U."""

    ai_class: AiClass
    tools: tuple[str, ...]


def decide(
    evidence: Iterable[Piece],
    *,
    llm_state: str,
    all_read: bool = True,
    said: Correction | None = None,
) -> Verdict:
    """
    Judge by a person's word where there is one, else by the strongest piece of evidence.

    A and B rest on marks alone; the model can only add C. Without evidence it is D where every rule
    that is allowed to run has run on all there is, and U while the model still owes its answer.

    :param all_read: False where commits or labels are missing: a mark may stand in them.
    :param said: the standing correction; the evidence then names the tools only if it names none.
    """
    pieces = list(evidence)
    strengths = {piece.strength for piece in pieces}
    if said and not said.is_ai_assisted:
        return Verdict(AiClass.NO_SIGN, ())
    named = {piece.tool for piece in pieces}
    tools = tuple(sorted(named - {UNNAMED} or named))
    if said:
        ai_class = AiClass.AGENT if AGENT in strengths else AiClass.DECLARED
        return Verdict(ai_class, tuple(sorted(said.tools)) or tools or (UNNAMED,))
    return Verdict(_by_evidence(strengths, llm_state=llm_state, all_read=all_read), tools)


def _by_evidence(strengths: set[str], *, llm_state: str, all_read: bool) -> AiClass:
    if AGENT in strengths:
        return AiClass.AGENT
    if strengths & {DECLARED, WEAK}:
        return AiClass.DECLARED
    if SUSPECTED in strengths:
        return AiClass.SUSPECTED
    if all_read and llm_state in (LlmState.DONE, LlmState.OFF):
        return AiClass.NO_SIGN
    return AiClass.UNDECIDED


def judge(
    analysis: PullRequestAnalysis, evidence: Iterable[Piece], said: Correction | None = None
) -> None:
    """Set class, tools and reason from evidence, model's state and a person; does not save."""
    evidence = list(evidence)
    state, all_read = analysis.llm_state, analysis.all_read
    verdict = decide(evidence, llm_state=state, all_read=all_read, said=said)
    analysis.ai_class, analysis.tools = verdict.ai_class, list(verdict.tools)
    analysis.is_corrected = said is not None
    if state in (LlmState.DONE, LlmState.OFF):
        # By the evidence, whatever a person has said: it is about what GitHub did not tell.
        alone = decide(evidence, llm_state=state, all_read=all_read)
        analysis.llm_reason = NOT_ALL_READ if alone.ai_class == AiClass.UNDECIDED else ""


def replaced(before: PullRequestAnalysis, after: PullRequestAnalysis) -> PastVerdict | None:
    """
    The unsaved row that keeps a verdict which another one replaces; None if it is kept or was none.

    It was none while the model still owed its answer and no mark or person had decided. The same
    class and tools by newer rules or another model are the same verdict.
    """
    if before.ai_class == AiClass.UNDECIDED and before.llm_state == LlmState.PENDING:
        return None
    if _identity(before) == _identity(after):
        return None
    return PastVerdict(
        analysis_id=before.pk,
        ai_class=before.ai_class,
        tools=before.tools,
        markers_version=before.markers_version,
        llm_model=before.llm_model,
        llm_prompt_version=before.llm_prompt_version,
        is_corrected=before.is_corrected,
    )


def _identity(analysis: PullRequestAnalysis) -> tuple[object, ...]:
    return analysis.ai_class, tuple(analysis.tools), analysis.is_corrected
