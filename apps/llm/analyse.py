"""
The step: marks for every pull request, then the model for those that it has not read yet.

Groq failing never fails the step. What the model has not read stays "not analysed yet" with the
reason, and the next run goes on there.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager

from django.conf import settings

from apps.core.errors import TransientError
from apps.core.parallel import Outcome, in_parallel
from apps.llm.client import (
    AnswerInvalid,
    Completion,
    GroqError,
    GroqUnavailable,
    RequestTooLarge,
    configured_client,
)
from apps.llm.marking import mark, texts_of
from apps.llm.models import PullRequestAnalysis
from apps.llm.prompts import question_about
from apps.llm.service import Service, Stopped
from apps.llm.settling import Asked, checked, count_failure, keep, settle, stored_answers
from apps.llm.verdict import AiClass, LlmState
from apps.pipeline.claims import Claim
from apps.teams.models import Team

logger = logging.getLogger(__name__)

LONGEST_WAIT = 300.0  # seconds that phase 2 waits for a limit; one per minute is over by then
PATIENCE_WITHOUT_ANSWERS = 3600.0  # seconds of phase 2 in which other teams may use up the limit
LOADED_AT_ONCE = 50  # pull requests whose texts are in memory
NO_KEY = "This installation has no key for the language model (GROQ_API_KEY)."


def analyse_recent(claim: Claim) -> None:
    """Phase 1: newest first, until the step's time is up, however often it is interrupted."""
    allowed = settings.HISTORICAL_SYNC_CONFIG["llm_deadline_seconds"]
    analyse(claim, deadline_seconds=max(allowed - claim.seconds_in_step(), 0.0))


def analyse_older(claim: Claim) -> None:
    """Phase 2: whatever is left, with the percentage that the dashboard's banner shows."""
    analyse(claim, shows_progress=True)
    with claim.batch(background_llm_progress=100):
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
        _wait_for_the_limit(claim, service, deadline_seconds=deadline_seconds)


def _wait_for_the_limit(claim: Claim, service: Service, *, deadline_seconds: float | None) -> None:
    """
    Come back when the limit is over, if that is soon enough; return where going on is better.

    Phase 1 waits within its deadline. Phase 2 waits for a limit per minute as often as it brings
    answers, or for an hour; a limit per day leaves the rest pending.
    """
    wait = service.retry_after
    if wait is None:
        return
    if deadline_seconds is not None:
        soon_enough = wait < deadline_seconds - service.seconds_open()
    else:
        patient = bool(service.answered) or claim.seconds_in_step() < PATIENCE_WITHOUT_ANSWERS
        soon_enough = wait <= LONGEST_WAIT and patient
    if soon_enough:
        raise TransientError(service.stopped_because, retry_after=wait, counts=False)


def follow_the_switch(claim: Claim) -> None:
    """Bring the rows in line with the team's switch: pending ones are off, or the other way."""
    rows = PullRequestAnalysis.objects.filter(team=claim.row)
    with claim.batch():
        if claim.row.llm_enabled:
            off = rows.filter(llm_state=LlmState.OFF)
            off.filter(ai_class=AiClass.NO_SIGN).update(ai_class=AiClass.UNDECIDED)
            off.update(llm_state=LlmState.PENDING)
        else:
            pending = rows.filter(llm_state=LlmState.PENDING)
            pending.filter(ai_class=AiClass.UNDECIDED).update(ai_class=AiClass.NO_SIGN)
            pending.update(llm_state=LlmState.OFF, llm_reason="")


def say_why_pending(claim: Claim, reason: str) -> None:
    with claim.batch():
        PullRequestAnalysis.objects.filter(team=claim.row, llm_state=LlmState.PENDING).update(
            llm_reason=reason
        )


class Asking:
    """One run of questions, in rounds: who got no usable answer is asked again in the next."""

    def __init__(self, claim: Claim, service: Service, *, shows_progress: bool) -> None:
        self._claim = claim
        self._team: Team = claim.row
        self._service = service
        self._shows_progress = shows_progress
        rows = PullRequestAnalysis.objects.filter(team=self._team)
        self._todo = list(
            rows.filter(llm_state=LlmState.PENDING)
            .order_by("-pull_request__updated_at", "-pk")
            .values_list("pull_request_id", flat=True)
        )
        self._total = rows.count()
        self._left = len(self._todo)

    def run(self) -> None:
        """Ask until nobody is left, or the service is closed."""
        while self._todo and not self._service.is_closed():
            outcomes = in_parallel(
                self._service.while_open(self._unanswered()),
                lambda asked: self._service.ask(asked.question),
                at_once=settings.HISTORICAL_SYNC_CONFIG["llm_batch_size"],
                on_idle=self._claim.heartbeat,
            )
            self._todo = [
                outcome.item.pull_request_id for outcome in outcomes if self._take(outcome)
            ]

    def _unanswered(self) -> Iterator[Asked]:
        """Load texts as they are needed; settle what was answered in an earlier run."""
        for start in range(0, len(self._todo), LOADED_AT_ONCE):
            asked = self._load(self._todo[start : start + LOADED_AT_ONCE])
            known = stored_answers(asked, self._service.model)
            if known:
                with self._batch(done=len(known)):
                    for item in asked:
                        if answer := known.get(item.pull_request_id):
                            settle(self._team, item, answer)
            yield from (item for item in asked if item.pull_request_id not in known)

    def _load(self, ids: list[int]) -> list[Asked]:
        texts = texts_of(self._team, ids)
        marked = dict(
            PullRequestAnalysis.objects.filter(team=self._team, pull_request__in=ids).values_list(
                "pull_request_id", "input_hash"
            )
        )
        return [
            Asked(pk, marked[pk], texts[pk], question_about(texts[pk]))
            for pk in ids
            if pk in texts and pk in marked
        ]

    def _take(self, outcome: Outcome[Asked, Completion]) -> bool:
        """Store one outcome; True if the pull request should be asked about once more."""
        asked = outcome.item
        try:
            completion = outcome.value()
            answer = checked(asked, completion)
        except Stopped:
            return False
        except (AnswerInvalid, RequestTooLarge) as exc:
            return self._failed(asked, str(exc))
        except GroqUnavailable as exc:
            # While nothing at all comes back, it is the service that fails, not this question.
            return self._failed(asked, str(exc)) if self._service.answered else True
        except GroqError:
            return False
        with self._batch(done=1):
            keep(asked, answer, completion, model=self._service.model)
            settle(self._team, asked, answer)
        return False

    def _failed(self, asked: Asked, reason: str) -> bool:
        with self._batch(done=0):
            return count_failure(self._team, asked, reason)

    def _batch(self, *, done: int) -> AbstractContextManager[None]:
        self._left -= done
        if not self._shows_progress:
            return self._claim.batch(progress=True)
        percent = 100 * (self._total - self._left) // max(self._total, 1)
        return self._claim.batch(progress=True, background_llm_progress=min(percent, 99))
