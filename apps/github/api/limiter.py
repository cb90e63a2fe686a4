"""
When a request to GitHub may begin: the limits of its budget, shared by all processes.

    with limiter.enter() as slot:  # waits for its turn; raises what has to be waited for longer
        slot.headers = ...         # of the answer
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from django.conf import settings

from apps.core.last_used import LastUsed
from apps.core.redis_script import WhileThere, redis_url
from apps.github.api.credentials import Priority
from apps.github.api.errors import (
    GitHubLimited,
    GitHubRateLimited,
    GitHubTimeout,
    GitHubTooFast,
    GitHubUnavailable,
)
from apps.github.api.limits import Answer, Limits, Outcome, Points, Report, Rules, Verdict, rules
from apps.github.api.limits_in_process import LimitsInProcess
from apps.github.api.limits_in_redis import LimitsInRedis
from apps.github.api.replies import allows_more, seconds_until_reset, too_fast, used_up

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 5.0  # seconds a call may sleep in its thread; longer waits belong to the pipeline
PATIENCE = 30.0  # seconds in all that a page waits; a lease of a process that died is over by then
GROWING, LONGEST_LOOK = 0.05, 1.0  # of the time in line, seconds: asks again no sooner
AFTER_PATIENCE = 5.0  # seconds until one that has left the line may come again
KEPT = (
    "Most of this hour's requests to GitHub are used up."
    " What is left is kept for what somebody waits for."
)
MOST_BUDGETS = 1_000  # that a process knows; far more than it uses at the same time


class Limiter:
    """
    How one client takes part in the limits of its budget. Safe to use from several threads.

    :param holder: the only one of its name that asks GitHub ("team:5"): requests that an earlier
        one has left under way are not waited for. Empty: there may be others.
    :param sleep: for tests; None: sleeps until `wait_no_more`.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        priority: Priority,
        at_once: int,
        holder: str = "",
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._limits = limits
        self._priority = priority
        self._at_once = at_once
        name = f"{holder}/" if holder else ""
        self._holder = f"{name}{uuid.uuid4().hex}"
        self._waits_no_more = threading.Event()
        self._sleep = sleep or self._waits_no_more.wait

    def at_once(self) -> int:
        """How many requests may be under way, as was last heard; asks nobody."""
        return self._at_once

    def enter(self, *, patience: float = PATIENCE) -> "Slot":
        """
        Wait until a request may begin: for its turn as long as it takes, a page for `patience`.

        :raises GitHubLimited: where GitHub wants a longer pause than a call may sleep, and in place
            of waiting after `wait_no_more`.
        """
        lease, waited = uuid.uuid4().hex, 0.0
        while True:
            answer = self._limits.ask(lease, self._priority, self._holder)
            self._at_once = answer.at_once
            if answer.verdict is Verdict.GO:
                return Slot(self, lease)
            is_full = answer.verdict is Verdict.FULL
            pause = pause_in_line(answer, waited) if is_full else answer.wait
            if not self._has_waited(pause, waited, patience):
                self.leave(lease, Report(Outcome.FAILED, seconds=0.0))
                raise refusal(answer.verdict, pause)
            waited += pause

    def _has_waited(self, pause: float, waited: float, patience: float) -> bool:
        is_impatient = self._priority is Priority.WEB and waited + pause > patience
        if pause > LONGEST_PAUSE or is_impatient or self._waits_no_more.is_set():
            return False
        self._sleep(pause)
        return not self._waits_no_more.is_set()

    def wait_no_more(self) -> None:
        """Whoever waits leaves at once; from now on only what may begin at once does."""
        self._waits_no_more.set()

    def leave(self, lease: str, report: Report) -> Answer:
        answer = self._limits.tell(lease, self._priority, report)
        self._at_once = answer.at_once
        return answer


class Slot:
    """A request's place among those under way. The error that leaves the block is its outcome."""

    def __init__(self, limiter: Limiter, lease: str) -> None:
        self._limiter = limiter
        self._lease = lease
        self.headers: Mapping[str, str] = {}  #: of the answer, in lower case

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        return self

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """:raises GitHubTooFast: in place of one that names no time, with the one that is due."""
        report = Report(
            outcome=_outcome_of(error),
            seconds=time.monotonic() - self._began,
            wait=_wait_of(error),
            points=_points(self.headers),
        )
        answer = self._limiter.leave(self._lease, report)
        if report.outcome is Outcome.TOO_FAST and report.wait is None:
            raise refusal(Verdict.CLOSED, answer.wait) from error


def pause_in_line(answer: Answer, waited: float) -> float:
    """Until a request asks again whether its turn has come; who has waited long asks seldom."""
    return max(answer.wait, min(waited * GROWING, LONGEST_LOOK))


def refusal(verdict: Verdict, wait: float) -> GitHubLimited:
    """What a caller is told, with a sentence for the team."""
    if verdict is Verdict.FULL:
        sentence = "Many requests to GitHub are under way, and it was not the turn of this one."
        return GitHubTooFast(sentence, retry_after=AFTER_PATIENCE)
    if verdict is Verdict.CLOSED:
        return GitHubTooFast(too_fast(wait), retry_after=wait)
    if verdict is Verdict.KEPT:
        return GitHubRateLimited(f"{KEPT} {allows_more(wait)}", retry_after=wait)
    return GitHubRateLimited(used_up(wait), retry_after=wait)


def _outcome_of(error: BaseException | None) -> Outcome:
    if isinstance(error, GitHubTooFast):
        return Outcome.TOO_FAST
    if isinstance(error, GitHubRateLimited):
        return Outcome.USED_UP
    if isinstance(error, GitHubTimeout | GitHubUnavailable):
        return Outcome.FAILED
    return Outcome.CLEAN


def _wait_of(error: BaseException | None) -> float | None:
    if not isinstance(error, GitHubLimited):
        return None
    return None if isinstance(error, GitHubTooFast) and error.is_guess else error.retry_after


def _points(headers: Mapping[str, str]) -> Points | None:
    """What the headers say of the hour; REST counts points of its own, which are not ours."""
    left, total = headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-limit", "")
    is_ours = headers.get("x-ratelimit-resource", "graphql") == "graphql"
    if not (is_ours and left.isdecimal() and total.isdecimal() and int(total)):
        return None
    return Points(int(left), int(total), seconds_until_reset(headers))


class SharedLimits:
    """
    `apps.github.api.limits.Limits` in Redis; while that is away, in this process.

    GitHub does not fail because Redis does. Each process then counts for itself, so together they
    may ask more at once than all may; GitHub's own answers still slow each of them down.
    """

    def __init__(
        self, shared: Limits, own: Limits, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared = shared
        self._own = own
        self._redis = WhileThere(now=now)
        self._alone: set[str] = set()  # leases that began while Redis was away

    def ask(self, lease: str, priority: Priority, holder: str) -> Answer:
        answer = self._redis.call(lambda: self._shared.ask(lease, priority, holder))
        if answer is None:
            answer = self._own.ask(lease, priority, holder)
            if answer.verdict is Verdict.GO:
                self._alone.add(lease)
        return answer

    def tell(self, lease: str, priority: Priority, report: Report) -> Answer:
        answer = self._redis.call(lambda: self._shared.tell(lease, priority, report))
        if answer is None or lease in self._alone:
            self._alone.discard(lease)
            own = self._own.tell(lease, priority, report)
            answer = answer or own
        return answer


_limits: LastUsed[Limits] = LastUsed(MOST_BUDGETS)
forget_limits = _limits.forget


def limiter_of(budget: str, *, priority: Priority, holder: str = "") -> Limiter:
    """A limiter for one client, by what the settings say."""
    limits, at_once = limits_of(budget), rules().start
    return Limiter(limits, priority=priority, at_once=at_once, holder=holder)


def limits_of(budget: str) -> Limits:
    """The limits of a budget as this process knows them: the same while it is in use."""
    return _limits.of(budget, lambda: _made(budget, rules()))


def _made(budget: str, rules: Rules) -> Limits:
    own = LimitsInProcess(rules)
    url = redis_url(settings.CELERY_BROKER_URL)
    return SharedLimits(LimitsInRedis(url, budget, rules), own) if url else own
