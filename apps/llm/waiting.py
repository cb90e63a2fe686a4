"""Waiting in the row for Groq: how long, and when to go on without it."""

from datetime import datetime

from django.conf import settings
from django.db.models import Max

from apps.core.errors import TransientError
from apps.llm.models import LlmAnswer, LlmBatch
from apps.pipeline.claims import Claim
from apps.pipeline.clock import database_now

LONGEST_WAIT = 300.0  # seconds at a time; a limit per minute is over by then, one per day is not
PATIENCE = 3600.0  # seconds of phase 2 without any answer: outages, limits that others use up


def wait_for_groq(
    claim: Claim,
    sentence: str,
    *,
    retry_after: float = 0.0,
    has_answered: bool = False,
    within: float | None = None,
) -> None:
    """
    Wait in the row for a limit or an outage to end; return where going on is better.

    The waits grow with the time without an answer. Phase 1 waits within its deadline, phase 2 for
    an hour without any answer.

    :param has_answered: Groq has done so just now.
    :param within: seconds until the deadline; None: there is none.
    :raises TransientError: to be run again; it uses up no attempt.
    """
    quiet = 0.0 if has_answered else _seconds_without_answer(claim)
    shortest = settings.HISTORICAL_SYNC_CONFIG["outage_wait_seconds"]
    wait = max(retry_after, min(max(quiet / 2, shortest), LONGEST_WAIT))
    is_soon_enough = wait <= LONGEST_WAIT and quiet < PATIENCE if within is None else wait < within
    if is_soon_enough:
        raise TransientError(sentence, retry_after=wait, counts=False)


def _seconds_without_answer(claim: Claim) -> float:
    """Since Groq's last answer about the team, or since the step began if it is later."""
    in_step = claim.seconds_in_step()
    now = database_now()
    answers = LlmAnswer.objects.filter(pull_request__team=claim.row)
    looks = LlmBatch.objects.filter(team=claim.row)
    times: list[datetime | None] = [
        answers.aggregate(last=Max("created_at"))["last"],
        looks.aggregate(last=Max("looked_at"))["last"],
    ]
    last = max((time for time in times if time is not None), default=None)
    if last is None or now is None:
        return in_step
    return min(in_step, max((now - last).total_seconds(), 0.0))
