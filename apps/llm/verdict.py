"""Class and tools of a pull request, derived from its evidence and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from apps.llm.markers import AGENT, DECLARED, SUSPECTED, WEAK
from apps.llm.models import PullRequestAnalysis

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


def decide(evidence: Iterable[Piece], *, llm_state: str, all_read: bool = True) -> Verdict:
    """
    Judge by the strongest piece of evidence.

    A and B rest on marks alone; the model can only add C. Without evidence it is D where every rule
    that is allowed to run has run on all there is, and U while the model still owes its answer.

    :param all_read: False where commits or labels are missing: a mark may stand in them.
    """
    pieces = list(evidence)
    strengths = {piece.strength for piece in pieces}
    if AGENT in strengths:
        ai_class = AiClass.AGENT
    elif strengths & {DECLARED, WEAK}:
        ai_class = AiClass.DECLARED
    elif SUSPECTED in strengths:
        ai_class = AiClass.SUSPECTED
    elif all_read and llm_state in (LlmState.DONE, LlmState.OFF):
        ai_class = AiClass.NO_SIGN
    else:
        ai_class = AiClass.UNDECIDED
    named = {piece.tool for piece in pieces}
    return Verdict(ai_class, tuple(sorted(named - {UNNAMED} or named)))
