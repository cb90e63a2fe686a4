"""
The step: marks for every pull request, then the model for those that it has not read yet.

Groq failing never fails the step. A limit or an outage is waited for in the row; what the model has
not read after that stays "not analysed yet" with the reason, and the next run goes on there.
"""

import logging
from collections.abc import Callable

from django.conf import settings

from apps.llm.asking import Asking
from apps.llm.batching.client import BatchClient, configured_batches
from apps.llm.batching.step import by_batches, wind_up
from apps.llm.client import configured_client
from apps.llm.marking import mark
from apps.llm.progress import analysed_of
from apps.llm.scope import analyses_of
from apps.llm.service import Service
from apps.llm.settling import ATTEMPTS_IN_ALL
from apps.llm.verdict import NOT_ALL_READ, AiClass, LlmState
from apps.llm.waiting import wait_for_groq
from apps.pipeline.claims import Claim

logger = logging.getLogger(__name__)

PENDING = LlmState.PENDING
NO_KEY = "This installation has no key for the language model (GROQ_API_KEY)."


def analyse_recent(claim: Claim) -> None:
    """Phase 1: newest first, until the step's time is up, however often it is interrupted."""
    analyse(claim, allowed_seconds=settings.HISTORICAL_SYNC_CONFIG["llm_deadline_seconds"])


def analyse_older(claim: Claim) -> None:
    """Phase 2: whatever is left, with the percentage that the dashboard's banner shows."""
    analyse(claim, shows_progress=True)
    with claim.batch(background_llm_progress=analysed_of(claim.row).percent):
        pass


def analyse(
    claim: Claim, *, allowed_seconds: float | None = None, shows_progress: bool = False
) -> None:
    """
    Mark every pull request of the team, then ask the model about the pending ones.

    Safe to run again from the start: verdicts that are current and answers that are paid are kept.

    :param allowed_seconds: since the team entered the step, marking included, until the model is
        asked no more; None: there is no deadline.
    """
    follow_the_switch(claim)
    mark(claim)
    if not claim.row.llm_enabled:
        _with_batches(claim, wind_up)
        return
    client = configured_client()
    if client is None:
        say_why_pending(claim, NO_KEY)
        return
    give_another_chance(claim)
    if shows_progress:  # phase 2: nobody waits
        _with_batches(claim, by_batches)
    left = None if allowed_seconds is None else max(allowed_seconds - claim.seconds_in_step(), 0.0)
    with client:
        holder = f"team:{claim.row.pk}"
        service = Service(client, deadline_seconds=left, holder=holder)
        Asking(claim, service, shows_progress=shows_progress).run()
    if service.stopped_because:
        logger.warning("team %s: %s", claim.row.pk, service.stopped_because)
        say_why_pending(claim, service.stopped_because)
        _come_back(claim, service, deadline_seconds=left)


def _with_batches(claim: Claim, work: Callable[[Claim, BatchClient], None]) -> None:
    if client := configured_batches():
        with client:
            work(claim, client)


def _come_back(claim: Claim, service: Service, *, deadline_seconds: float | None) -> None:
    """
    Wait in the row for a limit or an outage to end; return where going on is better.

    A limit per day leaves the rest pending at once, and so does what only a person can mend.

    :raises TransientError: to be run again; it uses up no attempt.
    """
    if not service.may_return or not analyses_of(claim.row).filter(llm_state=PENDING).exists():
        return
    within = None if deadline_seconds is None else deadline_seconds - service.seconds_open()
    wait_for_groq(
        claim,
        service.stopped_because,
        retry_after=service.retry_after,
        has_answered=bool(service.answered),
        within=within,
    )


def follow_the_switch(claim: Claim) -> None:
    """Bring the rows in line with the team's switch: pending ones are off, or the other way."""
    rows = analyses_of(claim.row)
    with claim.batch():
        if claim.row.llm_enabled:
            off = rows.filter(llm_state=LlmState.OFF)
            # A person's "no" stands; by the rules it is open again.
            by_rules = off.filter(ai_class=AiClass.NO_SIGN, is_corrected=False)
            by_rules.update(ai_class=AiClass.UNDECIDED)
            off.update(llm_state=PENDING, llm_reason="")
        else:
            pending = rows.filter(llm_state=PENDING)
            pending.update(llm_reason="")
            undecided = pending.filter(ai_class=AiClass.UNDECIDED)
            undecided.filter(all_read=False).update(llm_reason=NOT_ALL_READ)
            undecided.filter(all_read=True).update(ai_class=AiClass.NO_SIGN)
            pending.update(llm_state=LlmState.OFF)


def give_another_chance(claim: Claim) -> None:
    """
    Let those that are undecided since an earlier run be asked about once more, a few times.

    What the model has said in prose for a night it may say in its form the next day; a pull request
    that it never reads is not paid for ever.
    """
    began = claim.row.onboarding_pipeline_started_at
    if began is None:
        return
    undecided = analyses_of(claim.row).filter(llm_state=LlmState.UNDECIDED, modified__lt=began)
    with claim.batch():
        undecided.filter(llm_attempts__lt=ATTEMPTS_IN_ALL).update(llm_state=PENDING)


def say_why_pending(claim: Claim, reason: str) -> None:
    with claim.batch():
        analyses_of(claim.row).filter(llm_state=PENDING).update(llm_reason=reason)
