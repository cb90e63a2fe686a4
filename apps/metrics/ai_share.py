"""The share of AI-assisted pull requests: what is not analysed yet counts for neither side."""

from collections.abc import Iterable

from apps.metrics.facts import Facts
from apps.metrics.figures import Figure, share


def counts_for_ai(pull_request: Facts) -> bool:
    """Whether a pull request is asked about AI: people's, and those of coding agents."""
    return pull_request.by_person or pull_request.by_agent


def ai_share(k: int, *, decided: int, of: int) -> Figure:
    """
    `k` of all `of` pull requests, of which `decided` have a class.

    Never of the decided ones alone: a mark decides A or B at once, while "no sign" waits for the
    model. As long as something waits, nearly all of the decided are AI-assisted.
    """
    undecided = max(0, of - decided)
    note = f"{undecided} not analysed yet" if undecided else ""
    return share(k, of, undecided=undecided, note=note)


def assisted_among(pull_requests: Iterable[Facts]) -> Figure:
    """Classes A and B among those that are asked about AI."""
    asked = [pull_request for pull_request in pull_requests if counts_for_ai(pull_request)]
    decided = sum(pull_request.is_decided for pull_request in asked)
    assisted = sum(pull_request.is_ai_assisted for pull_request in asked)
    return ai_share(assisted, decided=decided, of=len(asked))
