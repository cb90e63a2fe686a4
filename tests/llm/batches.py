"""Running the background step as the pipeline does, look by look, and what Groq has by then."""

from datetime import timedelta

import groq as sdk

from apps.core.errors import TransientError
from apps.llm.analyse import analyse_older
from apps.llm.models import LlmBatch, LlmBatchLine, LlmUse
from apps.pipeline.machine import Status

LIVE, BATCH = LlmUse.Way.LIVE, LlmUse.Way.BATCH


def look(team, claim_of):
    """One run of the step; the wait that it asks for, or None where it is done."""
    try:
        analyse_older(claim_of(team, Status.BACKGROUND_LLM))
    except TransientError as exc:
        return exc
    return None


def looks(team, claim_of, most=6):
    """Run the step until it is done; the waits that it has asked for."""
    waits = []
    for _ in range(most):
        wait = look(team, claim_of)
        if wait is None:
            return waits
        waits.append(wait)
    raise AssertionError(f"not done after {most} looks: {waits}")


def later(**ago):
    """Let all batches have been sent, and seen to end, so long ago."""
    for batch in LlmBatch.objects.all():
        for name in ("created_at", "sent_at", "cancelled_at", "ended_at"):
            if moment := getattr(batch, name):
                setattr(batch, name, moment - timedelta(**ago))
        batch.save()


def paid(way):
    """How many questions were paid for in that way."""
    return sum(LlmUse.objects.filter(way=way).values_list("requests", flat=True))


def batch_states():
    return list(LlmBatch.objects.order_by("created_at", "pk").values_list("state", flat=True))


def line_states():
    rows = LlmBatchLine.objects.order_by("batch__created_at", "pk")
    return list(rows.values_list("state", flat=True))


def files_at(sandbox):
    with sdk.Groq(api_key=sandbox.key, base_url=sandbox.groq_url) as client:
        return [file.id for file in client.files.list().data]
