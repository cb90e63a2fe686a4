"""
One key's line to the model, shared by the threads of a run.

It knows when to wait a moment, and when to stop for this run: a long limit, a service that is down,
a key that is refused, a deadline. Whoever has not been asked by then is left for later, and
`may_return` says whether coming back soon is worth while.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.conf import settings

from apps.llm import answers, prompts
from apps.llm.client import (
    AnswerInvalid,
    Completion,
    GroqClient,
    GroqError,
    GroqRateLimited,
    GroqUnavailable,
    ModelMissing,
    RequestTooLarge,
)
from apps.llm.prompts import Question

Item = TypeVar("Item")

SHORT_WAIT = 5.0  # seconds; a longer limit ends the run's questions
FAILURES_IN_A_ROW = 3  # rounds of calls that the service failed, until the run stops asking
LIMITS_IN_A_ROW = 24  # of short waits, over all threads, that led to nothing but another
UNKNOWN_WAIT = 2.0  # seconds, for a limit that names none
BUSY_WAIT = 30.0  # seconds, after so many short limits in a row


class Stopped(GroqError):
    """The line was closed before this question was asked."""


class Service:
    """Thread-safe. `stopped_because` is empty while questions may still be asked."""

    def __init__(self, client: GroqClient, *, deadline_seconds: float | None = None) -> None:
        self.model = client.model
        self.stopped_because = ""
        self.may_return = False  #: a limit or an outage has stopped the run: it ends by itself
        self.retry_after = 0.0  #: seconds until a limit ends, so far as Groq has said
        self.answered = 0  #: replies of any kind: the service is alive
        self._client = client
        self._lock = threading.Lock()
        self._failures = 0
        self._failed_at = 0.0
        self._limits = 0
        self._not_before = 0.0
        self._opened_at = time.monotonic()
        self._deadline = None if deadline_seconds is None else time.monotonic() + deadline_seconds

    def seconds_open(self) -> float:
        return time.monotonic() - self._opened_at

    def is_alive(self) -> bool:
        """Ask the service for something that is not a question: whether it answers at all."""
        return self._client.is_alive()

    def while_open(self, items: Iterable[Item]) -> Iterator[Item]:
        """Hand on the items until the line is closed."""
        for item in items:
            if self.is_closed():
                return
            yield item

    def is_closed(self) -> bool:
        if self._deadline is not None and time.monotonic() >= self._deadline:
            self._stop("The time for this step was up; the rest follows in the background.")
        return bool(self.stopped_because)

    def stop(self, sentence: str) -> None:
        """Close the line for a reason of the caller's; coming back soon would not help."""
        self._stop(sentence)

    def ask(self, question: Question, *, model: str = "") -> Completion:
        """
        Ask about one pull request, from a thread; waits out short limits.

        :raises GroqError: with `stopped_because` set where it concerns all questions to come.
        """
        try:
            return self._ask_in_line(question, model)
        except RequestTooLarge:
            return self._ask_in_line(question.halved(), model)

    def _ask_in_line(self, question: Question, model: str) -> Completion:
        while True:
            self._wait()
            began = time.monotonic()
            try:
                completion = self._client.complete(
                    system=prompts.system_prompt(),
                    user=question.framed(),
                    schema=answers.SCHEMA,
                    model=model,
                )
            except GroqRateLimited as exc:
                self._limited(exc)
            except GroqUnavailable as exc:
                self._failed(exc, began)
                raise
            except GroqError as exc:
                self._note(exc, model)
                raise
            else:
                self._alive()
                return completion

    def _wait(self) -> None:
        while (seconds := self._not_before - time.monotonic()) > 0:
            time.sleep(min(seconds, 0.5))
        if self.is_closed():
            raise Stopped(self.stopped_because)

    def _limited(self, exc: GroqRateLimited) -> None:
        seconds = UNKNOWN_WAIT if exc.retry_after is None else exc.retry_after
        with self._lock:
            self._limits += 1
            if self._limits >= LIMITS_IN_A_ROW:
                seconds = max(seconds, BUSY_WAIT)
        if seconds > SHORT_WAIT:
            with self._lock:
                self.retry_after = max(self.retry_after, seconds)
            self._stop(str(exc), may_return=True)
            raise exc
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def _failed(self, exc: GroqUnavailable, began: float) -> None:
        """Count calls that were in flight together as one failure: one blip fails them all."""
        with self._lock:
            if began < self._failed_at:
                return
            pause = settings.HISTORICAL_SYNC_CONFIG["retry_delay_seconds"] * 2**self._failures
            self._failures += 1
            self._failed_at = time.monotonic()
            self._not_before = max(self._not_before, self._failed_at + pause)
            is_down = self._failures >= FAILURES_IN_A_ROW
        if is_down:
            self._stop(str(exc), may_return=True)

    def _note(self, exc: GroqError, model: str) -> None:
        is_other = isinstance(exc, ModelMissing) and model not in ("", self.model)
        if is_other or isinstance(exc, AnswerInvalid | RequestTooLarge):
            self._alive()
        else:  # the key, the model or the request itself: the next question would fare no better
            self._stop(str(exc))

    def _alive(self) -> None:
        with self._lock:
            self._failures = self._limits = 0
            self.answered += 1

    def _stop(self, sentence: str, *, may_return: bool = False) -> None:
        with self._lock:
            if not self.stopped_because:
                self.stopped_because, self.may_return = sentence, may_return
