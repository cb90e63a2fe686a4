"""
When a call to Groq may begin: the limits of its key and model, shared by all processes.

    with limiter.enter(tokens, pause=time.sleep) as slot:  # waits for its turn; raises long waits
        slot.completion = ...
"""

import logging
import math
import random
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from django.conf import settings

from apps.core.last_used import LastUsed
from apps.core.redis_script import WhileThere, redis_url
from apps.llm.limits.headers import budget_of
from apps.llm.limits.limits import Answer, Limits, Outcome, Priority, Report, Rules, Verdict, rules
from apps.llm.limits.limits_in_process import LimitsInProcess
from apps.llm.limits.limits_in_redis import LimitsInRedis
from apps.llm.replies import (
    AnswerInvalid,
    Completion,
    GroqError,
    GroqRateLimited,
    GroqUnavailable,
    Usage,
)

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 5.0  # seconds a call may wait in its thread; longer waits belong to the pipeline
JITTER = 0.5  # seconds, at most, after a pause that Groq wanted of all
MOST_BUDGETS = 100  # that a process knows; far more than it uses at the same time


class Limiter:
    """
    How one run takes part in the limits of a key and model. Safe to use from several threads.

    :param holder: who shares in the turns ("team:5"); empty: this run alone.
    """

    def __init__(self, limits: Limits, *, priority: Priority, holder: str = "") -> None:
        self._limits = limits
        self._priority = priority
        self._holder = holder or uuid.uuid4().hex

    def enter(self, tokens: int, *, pause: Callable[[float], object]) -> "Slot":
        """
        Wait until a call may begin that takes so many tokens, its answer's included.

        :param pause: sleeps; what it raises leaves the line.
        :raises GroqRateLimited: with `retry_after`, where the wait is longer than a call may have.
        """
        lease = uuid.uuid4().hex
        try:
            while True:
                answer = self._limits.ask(lease, self._priority, self._holder, tokens)
                if answer.verdict is Verdict.GO:
                    return Slot(self, lease)
                pause(_short(answer))
        except BaseException:
            self.leave(lease, Report(Outcome.FAILED))
            raise

    def leave(self, lease: str, report: Report) -> None:
        self._limits.tell(lease, report)


class Slot:
    """A call's place among those under way. The error that leaves the block is its outcome."""

    def __init__(self, limiter: Limiter, lease: str) -> None:
        self._limiter = limiter
        self._lease = lease
        self.completion: Completion | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._limiter.leave(self._lease, report_of(self.completion or error))


def report_of(end: Completion | BaseException | None) -> Report:
    """What limits are to know of how a call ended."""
    if isinstance(end, Completion):
        return Report(Outcome.CLEAN, _counted(end.usage), budget=budget_of(end.headers))
    if not isinstance(end, GroqError):
        return Report(Outcome.FAILED)
    budget = budget_of(end.headers)
    if isinstance(end, GroqRateLimited):
        outcome = Outcome.USED_UP if end.per_day else Outcome.TOO_FAST
        return Report(outcome, 0, wait=end.retry_after, budget=budget)
    if isinstance(end, GroqUnavailable):
        return Report(Outcome.FAILED, None if end.may_count else 0, budget=budget)
    if isinstance(end, AnswerInvalid):
        return Report(Outcome.CLEAN, _counted(end.usage) if end.usage else None, budget=budget)
    return Report(Outcome.CLEAN, 0, budget=budget)  # a refusal of what was asked


def _counted(usage: Usage) -> int:
    """What Groq's limits count: cached tokens are free."""
    return usage.prompt_tokens - usage.cached_tokens + usage.completion_tokens


def _short(answer: Answer) -> float:
    """
    The wait, with jitter where all wait for the same moment.

    :raises GroqRateLimited: if it is no short one.
    """
    if answer.wait > LONGEST_PAUSE:
        raise refusal(answer)
    is_for_all = answer.verdict is not Verdict.FULL
    return answer.wait + (random.uniform(0, JITTER) if is_for_all else 0)  # noqa: S311


def refusal(answer: Answer) -> GroqRateLimited:
    """What a caller is told, with a sentence for the team."""
    wait = float(math.ceil(answer.wait))
    if answer.verdict is not Verdict.USED_UP:
        return GroqRateLimited("Groq's limit per minute for this key is used up.", retry_after=wait)
    until = datetime.now(UTC) + timedelta(seconds=wait)
    return GroqRateLimited(
        "Groq's limit per day for this key is used up; "
        f"Groq allows more on {until.day} {until:%B} at {until:%H:%M} UTC.",
        retry_after=wait,
        per_day=True,
    )


class SharedLimits:
    """
    `apps.llm.limits.limits.Limits` in Redis; while that is away, in this process.

    Groq does not fail because Redis does. Each process then counts for itself, so together they may
    ask more than all may; Groq's own answers still slow each of them down.
    """

    def __init__(
        self, shared: Limits, own: Limits, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared = shared
        self._own = own
        self._redis = WhileThere(now=now)

    def ask(self, lease: str, priority: Priority, holder: str, tokens: int) -> Answer:
        answer = self._redis.call(lambda: self._shared.ask(lease, priority, holder, tokens))
        return answer or self._own.ask(lease, priority, holder, tokens)

    def tell(self, lease: str, report: Report) -> None:
        self._redis.call(lambda: self._shared.tell(lease, report))
        # In any case: should Redis go, this process knows the limit and its pauses.
        self._own.tell(lease, report)


_limits: LastUsed[Limits] = LastUsed(MOST_BUDGETS)
forget_limits = _limits.forget


def limiter_of(key: str, model: str, *, priority: Priority, holder: str = "") -> Limiter:
    """
    A limiter for one run, by what the settings say.

    :param key: its name (`GroqClient.budget`), which is no secret.
    """
    return Limiter(limits_of(f"{key}:{model}"), priority=priority, holder=holder)


def limits_of(budget: str) -> Limits:
    """The limits of a key and model as this process knows them: the same while it is in use."""
    return _limits.of(budget, lambda: _made(budget, rules()))


def _made(budget: str, rules: Rules) -> Limits:
    own = LimitsInProcess(rules)
    url = redis_url(settings.CELERY_BROKER_URL)
    return SharedLimits(LimitsInRedis(url, budget, rules), own) if url else own
