"""What Groq is told when a team is deleted: to stop its batches, and to forget their files."""

import logging
from contextlib import suppress
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from apps.llm.batching.client import BatchClient, NotThere, configured_batches
from apps.llm.batching.ending import KEPT_AT_GROQ
from apps.llm.client import GroqError
from apps.llm.models import LlmBatch
from apps.teams.deleting import farewell
from apps.teams.models import Team

logger = logging.getLogger(__name__)

GONE = "Groq: the questions that were sent in batches are deleted there."
LEFT = (
    "Groq: not all that was sent in batches, or answered to it, could be deleted there at once."
    f" Groq deletes it itself after {KEPT_AT_GROQ.days} days."
)


@receiver(farewell, dispatch_uid="llm.batching.parting")
def part(*, team: Team, **_arguments: Any) -> str:
    """The sentence for the receipt, if anything of the team is in batches at Groq."""
    since = timezone.now() - KEPT_AT_GROQ
    batches = LlmBatch.objects.filter(team=team, created_at__gte=since).exclude(input_file_id="")
    if not batches.exists():
        return ""
    client = configured_batches()
    if client is None:
        return LEFT
    try:
        with client:
            # Each of them, also after one whose answers are still to come.
            gone = [_forget(client, batch) for batch in batches.order_by("created_at")]
    except GroqError as exc:
        logger.warning("team %s: files of its batches stay at Groq: %s", team.pk, exc)
        return LEFT
    return GONE if all(gone) else LEFT


def _forget(client: BatchClient, batch: LlmBatch) -> bool:
    """
    Whether nothing more is to come of it.

    :raises GroqError: if Groq does not delete what there is.
    """
    remote = None
    with suppress(NotThere):
        remote = client.look(batch.batch_id) if batch.batch_id else None
        if remote and not remote.has_ended:
            remote = client.cancel(batch.batch_id)
    for name in (*(remote.files if remote else ()), batch.input_file_id):
        with suppress(NotThere):
            client.delete(name)
    return remote is None or remote.has_ended
