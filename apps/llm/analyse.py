"""
The step: marks for every pull request, then the model for those that it has not read yet.

Groq failing never fails the step. A limit or an outage is waited for in the row; what the model has
not read after that stays "not analysed yet" with the reason, and the next run goes on there.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.db.models import Max

from apps.core.errors import TransientError
from apps.llm.asking import Asking
from apps.llm.client import configured_client
from apps.llm.marking import mark
from apps.llm.models import LlmAnswer
from apps.llm.progress import analysed_of
from apps.llm.scope import analyses_of
from apps.llm.service import Service
from apps.llm.verdict import NOT_ALL_READ, AiClass, LlmState
from apps.pipeline.claims import Claim
from apps.pipeline.clock import database_now

logger = logging.getLogger(__name__)

LONGEST_WAIT = 300.0  # seconds at a time; a limit per minute is over by then, one per day is not
PATIENCE = 3600.0  # seconds of phase 2 without any answer: outages, limits that others use up
PENDING = LlmState.PENDING
NO_KEY = "This installation has no key for the language model (GROQ_API_KEY)."


def analyse_recent(claim: Claim) -> None:
    """Phase 1: newest first, until the step's time is up, however often it is interrupted."""
    allowed = settings.HISTORICAL_SYNC_CONFIG["llm_deadline_seconds"]
    analyse(claim, deadline_seconds=max(allowed - claim.seconds_in_step(), 0.0))


def analyse_older(claim: Claim) -> None:
    """Phase 2: whatever is left, with the percentage that the dashboard's banner shows."""
    analyse(claim, shows_progress=True)
    with claim.batch(background_llm_progress=analysed_of(claim.row).percent):
        pass


def analyse(
    claim: Claim, *, deadline_seconds: float | None = None, shows_progress: bool = False
) -> None:
    """
    Mark every pull request of the team, then ask the model about the pending ones.

    Safe to run again from the start: verdicts that are current and answers that are paid are kept.
    """
    follow_the_switch(claim)
    mark(claim)
    if not claim.row.llm_enabled:
        return
    client = configured_client()
    if client is None:
        say_why_pending(claim, NO_KEY)
        return
    with client:
        service = Service(client, deadline_seconds=deadline_seconds)
        Asking(claim, service, shows_progress=shows_progress).run()
    if service.stopped_because:
        logger.warning("team %s: %s", claim.row.pk, service.stopped_because)
        say_why_pending(claim, service.stopped_because)
        _come_back(claim, service, deadline_seconds=deadline_seconds)


def _come_back(claim: Claim, service: Service, *, deadline_seconds: float | None) -> None:
    """
    Wait in the row for a limit or an outage to end; return where going on is better.

    The waits grow with the time without an answer. Phase 1 waits within its deadline, phase 2 for
    an hour without any answer; a limit per day leaves the rest pending at once, and so does what
    only a person can mend.

    :raises TransientError: to be run again; it uses up no attempt.
    """
    if not service.may_return or not analyses_of(claim.row).filter(llm_state=PENDING).exists():
        return
    quiet = 0.0 if service.answered else _seconds_without_answer(claim)
    shortest = settings.HISTORICAL_SYNC_CONFIG["outage_wait_seconds"]
    wait = max(service.retry_after, min(max(quiet / 2, shortest), LONGEST_WAIT))
    if deadline_seconds is not None:
        is_soon_enough = wait < deadline_seconds - service.seconds_open()
    else:
        is_soon_enough = wait <= LONGEST_WAIT and quiet < PATIENCE
    if is_soon_enough:
        raise TransientError(service.stopped_because, retry_after=wait, counts=False)


def _seconds_without_answer(claim: Claim) -> float:
    """Since the model's last answer about the team, or since the step began if it is later."""
    in_step = claim.seconds_in_step()
    answers = LlmAnswer.objects.filter(pull_request__team=claim.row)
    last: datetime | None = answers.aggregate(last=Max("created_at"))["last"]
    now = database_now()
    if last is None or now is None:
        return in_step
    return min(in_step, max((now - last).total_seconds(), 0.0))


def follow_the_switch(claim: Claim) -> None:
    """Bring the rows in line with the team's switch: pending ones are off, or the other way."""
    rows = analyses_of(claim.row)
    with claim.batch():
        if claim.row.llm_enabled:
            off = rows.filter(llm_state=LlmState.OFF)
            off.filter(ai_class=AiClass.NO_SIGN).update(ai_class=AiClass.UNDECIDED)
            off.update(llm_state=PENDING, llm_reason="")
        else:
            pending = rows.filter(llm_state=PENDING)
            pending.update(llm_reason="")
            undecided = pending.filter(ai_class=AiClass.UNDECIDED)
            undecided.filter(all_read=False).update(llm_reason=NOT_ALL_READ)
            undecided.filter(all_read=True).update(ai_class=AiClass.NO_SIGN)
            pending.update(llm_state=LlmState.OFF)


def say_why_pending(claim: Claim, reason: str) -> None:
    with claim.batch():
        analyses_of(claim.row).filter(llm_state=PENDING).update(llm_reason=reason)
