"""
One run's line to the model, shared by its threads, within the limits that all runs share.

It knows when to wait a moment, and when to stop for this run: a long limit, a service that is down,
a key that is refused, a deadline. Whoever has not been asked by then is left for later, and
`may_return` says whether coming back soon is worth while.
"""

import json
import logging
import random
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from django.conf import settings

from apps.core.errors import PermanentError
from apps.llm import answers, prompts
from apps.llm.client import (
    ANSWER_TOKENS,
    AnswerInvalid,
    Completion,
    GroqClient,
    GroqError,
    GroqRateLimited,
    GroqUnavailable,
    ModelMissing,
    RequestRejected,
    RequestTooLarge,
    Usage,
)
from apps.llm.limits.limiter import Limiter, Slot, limiter_of
from apps.llm.limits.limits import Priority
from apps.llm.prompts import Question

logger = logging.getLogger(__name__)

Item = TypeVar("Item")

FAILURES_IN_A_ROW = 3  # rounds of calls that the service failed, until the run stops asking
NOTHING = Question("TITLE\nA change\n\nDESCRIPTION\n\nCOMMITS\n")  # that nobody has written
TRIES = 2  # of one question, where the service fails
BYTES_A_TOKEN = 4  # about; in other scripts than Latin ones, a letter has more bytes and tokens


class Stopped(GroqError):
    """The line was closed before this question was asked."""


class Service:
    """
    Thread-safe.

    :param priority: None: somebody waits for what has a deadline (phase 1), for nothing else.
    :param holder: who shares in the turns, the same from run to run ("team:5").
    """

    def __init__(
        self,
        client: GroqClient,
        *,
        deadline_seconds: float | None = None,
        priority: Priority | None = None,
        holder: str = "",
    ) -> None:
        self.model = client.model
        self.may_return = False  #: a limit or an outage has stopped the run: it ends by itself
        self.retry_after = 0.0  #: seconds until a limit ends, so far as is known
        self.has_failed = False  #: it was closed because calls failed, one after another
        self.answered = 0  #: replies of any kind: the service is alive
        self._client = client
        is_urgent = deadline_seconds is not None
        self._priority = priority or (Priority.PHASE1 if is_urgent else Priority.PHASE2)
        self._holder = holder
        self._limiters: dict[str, Limiter] = {}
        self._lock = threading.Lock()
        self._stopped_because = ""
        self._left_because = ""  # the other model's limit: what has not been asked, not why to stop
        self._failures = 0
        self._failed_at = 0.0
        self._not_before = 0.0
        self._opened_at = time.monotonic()
        self._deadline = None if deadline_seconds is None else time.monotonic() + deadline_seconds

    @property
    def stopped_because(self) -> str:
        """Why questions are left; empty while, and if, all may be asked."""
        return self._stopped_because or self._left_because

    def seconds_open(self) -> float:
        return time.monotonic() - self._opened_at

    def witness(self, *, model: str = "") -> Usage | None:
        """
        Ask about nothing, though the line is closed: whether the model answers others at all.

        :returns: what that has cost; None if it does not answer.
        """
        try:
            return self._client.complete(**_body_of(NOTHING), model=model).usage
        except AnswerInvalid as exc:
            return exc.usage or Usage()
        except GroqError:
            return None

    def while_open(self, items: Iterable[Item]) -> Iterator[Item]:
        """Hand on the items until the line is closed."""
        for item in items:
            if self.is_closed():
                return
            yield item

    def is_closed(self) -> bool:
        if self._deadline is not None and time.monotonic() >= self._deadline:
            self.stop("The time for this step was up; the rest follows in the background.")
        return bool(self._stopped_because)

    def stop(self, sentence: str) -> None:
        """Close the line for a reason that coming back soon would not mend."""
        self._stop(sentence, may_return=False)

    def leave(self) -> None:
        """Close the line because nobody takes answers any more: who still waits is not asked."""
        self.stop("The run was broken off.")

    def ask(self, question: Question, *, model: str = "") -> Completion:
        """
        Ask about one pull request, as `complete` does; half of it where the whole is too large.

        :raises GroqError: with `stopped_because` set where it concerns all questions to come.
        """
        try:
            return self._read(question, model)
        except RequestTooLarge:
            return self._read(question.halved(), model)

    def _read(self, question: Question, model: str) -> Completion:
        return self.complete(**_body_of(question), model=model)

    def complete(
        self,
        *,
        system: str,
        user: str,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = ANSWER_TOKENS,
        model: str = "",
    ) -> Completion:
        """
        Ask from a thread as `GroqClient.complete` does, when the limits allow it.

        Waits out short limits, and tries once more where the service fails.

        :raises GroqError: with `stopped_because` set where it concerns all questions to come.
        """
        asked = model or self.model
        body = {"system": system, "user": user, "schema": schema, "max_tokens": max_tokens}
        tokens = tokens_in(system, user, json.dumps(schema)) + max_tokens
        tries = 0
        while True:
            self._pause(self._not_before - time.monotonic())
            slot = self._enter(asked, tokens)
            try:
                return self._call(slot, asked, body)
            except GroqRateLimited:
                continue  # how long to wait, the limiter knows now
            except GroqUnavailable:
                tries += 1
                if tries == TRIES or self.is_closed():
                    raise

    def _enter(self, model: str, tokens: int) -> Slot:
        """:raises GroqRateLimited: where the wait is long; it ends the run's questions."""
        try:
            return self._limiter(model).enter(tokens, pause=self._pause)
        except GroqRateLimited as exc:
            self._stop_at_limit(exc, is_other=model != self.model)
            raise

    def _limiter(self, model: str) -> Limiter:
        with self._lock:
            if model not in self._limiters:
                self._limiters[model] = limiter_of(
                    self._client.budget, model, priority=self._priority, holder=self._holder
                )
            return self._limiters[model]

    def _call(self, slot: Slot, model: str, body: Mapping[str, Any]) -> Completion:
        began = time.monotonic()
        try:
            with slot:
                completion = slot.completion = self._client.complete(**body, model=model)
        except GroqRateLimited:
            raise
        except GroqUnavailable as exc:
            self._failed(exc, began)
            raise
        except GroqError as exc:
            is_other = model != self.model
            if isinstance(exc, RequestRejected) and not is_other:
                # By this question perhaps: its text is a stranger's, and the others fare better.
                self._failed(exc, began)
            else:
                self._note(exc, is_other=is_other)
            raise
        self._alive()
        return completion

    def _pause(self, seconds: float) -> None:
        """
        Sleep, and no longer than the line is open.

        :raises Stopped: once it is closed.
        """
        until = time.monotonic() + seconds
        while True:
            if self.is_closed():
                raise Stopped(self.stopped_because)
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.5))

    def _stop_at_limit(self, exc: GroqRateLimited, *, is_other: bool) -> None:
        wait = exc.retry_after or 0.0
        if not is_other:
            self._stop(str(exc), may_return=True, retry_after=wait)
            return
        with self._lock:
            if not self.stopped_because:
                self._left_because, self.may_return, self.retry_after = str(exc), True, wait

    def _failed(self, exc: GroqUnavailable | RequestRejected, began: float) -> None:
        """Count calls that were in flight together as one failure: one blip fails them all."""
        is_outage = isinstance(exc, GroqUnavailable)  # which ends; a refusal stays one
        with self._lock:
            if began < self._failed_at:
                return
            pause = settings.HISTORICAL_SYNC_CONFIG["retry_delay_seconds"] * 2**self._failures
            pause *= random.uniform(1.0, 1.5)  # noqa: S311 - other runs have failed with this one
            self._failures += 1
            self._failed_at = time.monotonic()
            if is_outage:
                self._not_before = max(self._not_before, self._failed_at + pause)
            is_down = self._failures >= FAILURES_IN_A_ROW
        if is_down:
            self._stop(str(exc), may_return=is_outage, has_failed=True)

    def _note(self, exc: GroqError, *, is_other: bool) -> None:
        is_of_other = is_other and isinstance(exc, ModelMissing | RequestRejected)
        if is_of_other or isinstance(exc, AnswerInvalid | RequestTooLarge):
            self._alive()
            return
        # The key or the model: the next question would fare no better.
        if isinstance(exc, PermanentError) and not self.is_closed():
            logger.error("the language model is not used until a person acts: %s", exc)
        self.stop(str(exc))

    def _alive(self) -> None:
        with self._lock:
            self._failures = 0
            self.answered += 1

    def _stop(
        self,
        sentence: str,
        *,
        may_return: bool,
        retry_after: float = 0.0,
        has_failed: bool = False,
    ) -> None:
        with self._lock:
            if not self._stopped_because:
                self._stopped_because, self.may_return = sentence, may_return
                self.retry_after, self.has_failed = retry_after, has_failed


def _body_of(question: Question) -> dict[str, Any]:
    return {
        "system": prompts.system_prompt(),
        "user": question.framed(),
        "schema": answers.SCHEMA,
    }


def tokens_in(*texts: str) -> int:
    """About how many; until the answer says so, the limits count these."""
    return sum(len(text.encode()) for text in texts) // BYTES_A_TOKEN
