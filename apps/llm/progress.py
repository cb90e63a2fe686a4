"""How much of a team's history has been analysed, as plain values for pages and commands."""

from dataclasses import dataclass

from django.db.models import Count, Max, Q

from apps.llm.scope import analyses_of, pull_requests_of
from apps.llm.verdict import LlmState
from apps.teams.models import Team


@dataclass(frozen=True)
class Analysed:
    """Numbers of pull requests; `analysed + undecided + pending + off == total`."""

    analysed: int  #: the model has answered
    undecided: int  #: the model gave no usable answer, often enough to stop asking
    pending: int  #: not analysed yet by the model; markers may have been read
    off: int  #: the team has switched the model off; judged by marks alone
    total: int
    reason: str = ""  #: why some are pending, a sentence; empty while it is simply not their turn

    @property
    def percent(self) -> int:
        """Of all, those that nothing is owed to; 100 only if that is true of every one."""
        return share(self.total - self.pending, self.total)

    @property
    def sentence(self) -> str:
        """For people: how far it is, and why not further."""
        if self.off and self.off == self.total:
            return f"{self.off} judged by their marks alone: the language model is switched off."
        parts = [f"{self.analysed} of {self.total} analysed"]
        parts += [f"{self.undecided} undecided"] if self.undecided else []
        parts += [f"{self.pending} not analysed yet"] if self.pending else []
        parts += [f"{self.off} judged by their marks alone"] if self.off else []
        return ", ".join(parts) + "." + (f" {self.reason}" if self.reason and self.pending else "")


def share(done: int, total: int) -> int:
    """Percent, rounded down; nothing of nothing is all of it."""
    return 100 * done // total if total else 100


def analysed_of(team: Team) -> Analysed:
    """Count in two queries. Pull requests that no step has looked at yet are pending."""
    total = pull_requests_of(team).count()
    counts = analyses_of(team).aggregate(
        analysed=Count("pk", filter=Q(llm_state=LlmState.DONE)),
        undecided=Count("pk", filter=Q(llm_state=LlmState.UNDECIDED)),
        off=Count("pk", filter=Q(llm_state=LlmState.OFF)),
        reason=Max("llm_reason", filter=Q(llm_state=LlmState.PENDING, llm_attempts=0)),
    )
    settled = counts["analysed"] + counts["undecided"] + counts["off"]
    return Analysed(
        analysed=counts["analysed"],
        undecided=counts["undecided"],
        pending=max(total - settled, 0),
        off=counts["off"],
        total=max(total, settled),
        reason=counts["reason"] or "",
    )
