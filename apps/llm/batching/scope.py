"""Which pull requests are at Groq in a batch, so that nobody asks about them a second time."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.llm.models import LlmBatch, LlmBatchLine
from apps.teams.models import Team

UNFINISHED = (LlmBatch.State.PREPARING, LlmBatch.State.OPEN, LlmBatch.State.CANCELLING)


def unfinished_of(team: Team) -> QuerySet[LlmBatch]:
    """Batches that are not read to their end; the oldest first."""
    return LlmBatch.objects.filter(team=team, state__in=UNFINISHED).order_by("created_at", "pk")


def is_at_groq() -> Exists:
    """A condition on analyses: the very same question is in a batch, and its answer awaited."""
    return Exists(
        LlmBatchLine.objects.filter(
            state=LlmBatchLine.State.OPEN,
            batch__state__in=UNFINISHED,
            pull_request=OuterRef("pull_request"),
            fingerprint=OuterRef("input_hash"),
            rerun=OuterRef("reruns"),
        )
    )


def was_in_a_batch(run: int) -> Exists:
    """A condition on analyses: asked about in a batch of this run already, whatever came of it."""
    lines = LlmBatchLine.objects.filter(
        Q(batch__run=run), pull_request=OuterRef("pull_request"), rerun=OuterRef("reruns")
    )
    return Exists(lines)


def in_words(number: int) -> str:
    return "1 pull request" if number == 1 else f"{number} pull requests"
