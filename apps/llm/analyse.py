"""
The step: marks for every pull request, then the model for those that it has not read yet.

Groq failing never fails the step. A limit or an outage is waited for in the row; what the model has
not read after that stays "not analysed yet" with the reason, and the next run goes on there.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime

from django.conf import settings
from django.db.models import Max

from apps.core.errors import TransientError
from apps.core.parallel import Outcome, in_parallel
from apps.github.models import TrackedRepository
from apps.llm.client import (
    AnswerInvalid,
    Completion,
    GroqError,
    GroqUnavailable,
    RequestTooLarge,
    configured_client,
)
from apps.llm.computing import computed
from apps.llm.marking import mark, texts_of
from apps.llm.models import LlmAnswer, PullRequestAnalysis
from apps.llm.progress import analysed_of, share
from apps.llm.prompts import question_about
from apps.llm.scope import analyses_of
from apps.llm.service import Service, Stopped
from apps.llm.settling import Asked, checked, count_failure, keep, settle, stored_answers
from apps.llm.verdict import NOT_ALL_READ, AiClass, LlmState
from apps.pipeline.claims import Claim
from apps.pipeline.clock import database_now
from apps.teams.models import Team

logger = logging.getLogger(__name__)

LONGEST_WAIT = 300.0  # seconds at a time; a limit per minute is over by then, one per day is not
PATIENCE = 3600.0  # seconds of phase 2 without any answer: outages, limits that others use up
LOADED_AT_ONCE = 50  # pull requests whose texts are in memory
BREAKS_THE_SERVICE = "Groq fails whenever it is asked about this pull request."
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


class Asking:
    """One run of questions, in rounds: who got no usable answer is asked again in the next."""

    def __init__(self, claim: Claim, service: Service, *, shows_progress: bool) -> None:
        self._claim = claim
        self._team: Team = claim.row
        self._service = service
        self._shows_progress = shows_progress
        self._repositories = tuple(
            TrackedRepository.objects.filter(team=self._team).values_list(
                "name_with_owner", flat=True
            )
        )
        rows = analyses_of(self._team)
        self._todo = list(
            rows.filter(llm_state=PENDING)
            .order_by("-pull_request__updated_at", "-pk")
            .values_list("pull_request_id", flat=True)
        )
        self._total = rows.count()
        self._left = len(self._todo)
        self._suspects: dict[int, Asked] = {}  # the service failed when these were asked

    def run(self) -> None:
        """Ask until nobody is left, or the service is closed."""
        self._ask_all()
        pending = analyses_of(self._team).filter(llm_state=PENDING)
        left = set(pending.values_list("pull_request_id", flat=True))
        if left and left <= self._suspects.keys() and self._service.is_alive():
            # Everybody else was answered, and the service lives: the question is what breaks it.
            for pull_request_id in left:
                self._failed(self._suspects[pull_request_id], BREAKS_THE_SERVICE)

    def _ask_all(self) -> None:
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
                        if found := known.get(item.pull_request_id):
                            settle(self._team, item, found)
            yield from (item for item in asked if item.pull_request_id not in known)

    def _load(self, ids: list[int]) -> list[Asked]:
        texts = texts_of(self._team, ids)
        marked = dict(
            PullRequestAnalysis.objects.filter(team=self._team, pull_request__in=ids).values_list(
                "pull_request_id", "input_hash"
            )
        )
        return computed(
            self._claim,
            lambda: [
                Asked(
                    pk,
                    marked[pk],
                    texts[pk],
                    question_about(texts[pk], repositories=self._repositories),
                )
                for pk in ids
                if pk in texts and pk in marked
            ],
        )

    def _take(self, outcome: Outcome[Asked, Completion]) -> bool:
        """Store one outcome; True if the pull request should be asked about once more."""
        asked = outcome.item
        try:
            completion = outcome.value()
            found = computed(self._claim, lambda: checked(asked, completion))
        except Stopped:
            return False
        except (AnswerInvalid, RequestTooLarge) as exc:
            return self._failed(asked, str(exc))
        except GroqUnavailable:
            self._suspects[asked.pull_request_id] = asked
            return True  # the service failed; whether by this question is seen in the end
        except GroqError:
            return False
        self._suspects.pop(asked.pull_request_id, None)
        with self._batch(done=1):
            keep(asked, found.answer, completion, model=self._service.model)
            settle(self._team, asked, found)
        return False

    def _failed(self, asked: Asked, reason: str) -> bool:
        with self._batch(done=0):
            return count_failure(self._team, asked, reason)

    def _batch(self, *, done: int) -> AbstractContextManager[None]:
        self._left -= done
        settled = self._total - self._left
        position = f"{settled} of {self._total} pull requests analysed"
        if not self._shows_progress:
            return self._claim.batch(progress=True, position=position)
        percent = min(share(settled, self._total), 99)
        return self._claim.batch(progress=True, position=position, background_llm_progress=percent)
