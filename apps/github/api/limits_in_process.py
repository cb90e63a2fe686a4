"""The limits of one budget in this process alone: where there is no Redis, or it is away."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from apps.github.api.credentials import Priority
from apps.github.api.limits import Answer, Outcome, Report, Rules, Verdict

BUCKET = 5  # seconds of the last minute that are counted together


@dataclass(frozen=True)
class Lease:
    began: float
    priority: Priority
    holder: str


@dataclass
class State:
    """The names are those in `limits.lua`."""

    limit: int
    slow_start: bool = True
    clean: int = 0  # answers since the limit last changed
    halved_at: float = 0.0
    busy_at: float = 0.0  # when at least half of the limit was in use
    closed_until: float = 0.0
    pauses: int = 0  # that GitHub wanted without a clean answer between them
    used_up_until: float = 0.0
    phase1_at: float = 0.0
    points: int = 0
    points_total: int = 0
    points_until: float = 0.0
    leases: dict[str, Lease] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)  # bucket of time → how many
    requests: dict[int, float] = field(default_factory=dict)


class LimitsInProcess:
    """`apps.github.api.limits.Limits`, in plain Python."""

    def __init__(self, rules: Rules, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._clock = clock
        self._lock = threading.Lock()
        self._now = clock()
        self._state = State(limit=rules.start)

    def ask(self, lease: str, priority: Priority, holder: str) -> Answer:
        with self._lock:
            self._now = self._clock()
            self._forget_the_dead(holder)
            state = self._state
            if priority is Priority.PHASE1:
                state.phase1_at = self._now
            verdict, wait = self._verdict(priority)
            if verdict is Verdict.GO:
                state.leases[lease] = Lease(self._now, priority, holder)
                self._add(state.requests, 1)
                if self._in_flight() * 2 >= state.limit:
                    state.busy_at = self._now
            return Answer(verdict, wait, self._at_once(priority))

    def tell(self, lease: str, priority: Priority, report: Report) -> Answer:
        with self._lock:
            self._now = self._clock()
            state, known = self._state, self._state.leases.pop(lease, None)
            began = known.began if known else self._now - self._rules.lease
            if known:
                self._add(state.seconds, report.seconds)
            if report.points:
                state.points, state.points_total = report.points.left, report.points.total
                state.points_until = self._now + report.points.reset
            if report.outcome is Outcome.USED_UP:
                until = self._now + (report.wait or 0.0)
                state.used_up_until = max(state.used_up_until, until)
            elif report.outcome is Outcome.TOO_FAST:
                self._too_fast(began, report.wait)
            elif report.outcome is Outcome.CLEAN and known and began > state.halved_at:
                self._clean()
            return Answer(*self._pause(), self._at_once(priority))

    def _forget_the_dead(self, holder: str) -> None:
        name = holder[: holder.rfind("/") + 1]
        self._state.leases = {
            key: lease
            for key, lease in self._state.leases.items()
            if lease.began + self._rules.lease > self._now
            and not (name and lease.holder.startswith(name) and lease.holder != holder)
        }

    def _in_flight(self, priority: Priority | None = None) -> int:
        leases = self._state.leases.values()
        return sum(priority is None or lease.priority is priority for lease in leases)

    def _add(self, counts: dict[int, float], count: float) -> None:
        bucket = int(self._now // BUCKET)
        counts[bucket] = counts.get(bucket, 0) + count

    def _last_minute(self, counts: dict[int, float]) -> float:
        oldest = int((self._now - 60) // BUCKET) + 1
        for bucket in [bucket for bucket in counts if bucket < oldest]:
            del counts[bucket]
        return sum(counts.values())

    def _ceiling(self, priority: Priority) -> int:
        """How many may be under way in all for one of this priority to begin."""
        state, rules = self._state, self._rules
        if priority is Priority.WEB:
            return min(state.limit + rules.web_beyond, rules.hard_limit)
        is_heavy = (
            self._last_minute(state.seconds) > rules.seconds_a_minute
            or self._last_minute(state.requests) > rules.requests_a_minute
        )
        return 1 if is_heavy else state.limit

    def _at_once(self, priority: Priority) -> int:
        """How many of this priority."""
        state, rules = self._state, self._rules
        ceiling = self._ceiling(priority)
        if priority is Priority.PHASE2 and self._now - state.phase1_at < rules.phase1_active:
            return min(ceiling, max(1, int(state.limit * rules.phase2_share)))
        return ceiling

    def _pause(self) -> tuple[Verdict, float]:
        state, now = self._state, self._now
        if now < state.used_up_until:
            return Verdict.USED_UP, state.used_up_until - now
        if now < state.closed_until:
            return Verdict.CLOSED, state.closed_until - now
        return Verdict.GO, 0.0

    def _verdict(self, priority: Priority) -> tuple[Verdict, float]:
        state = self._state
        verdict, wait = self._pause()
        if verdict is not Verdict.GO:
            return verdict, wait
        reserved = state.points_total * self._rules.reserve[priority]
        if self._now < state.points_until and state.points <= reserved:
            word = Verdict.USED_UP if state.points <= 0 else Verdict.KEPT
            return word, state.points_until - self._now
        is_full = self._in_flight() >= self._ceiling(priority)
        if is_full or self._in_flight(priority) >= self._at_once(priority):
            return Verdict.FULL, 0.0
        return Verdict.GO, 0.0

    def _clean(self) -> None:
        state, rules = self._state, self._rules
        state.pauses = 0
        if state.limit >= rules.most or self._now - state.busy_at >= rules.in_use:
            return
        state.clean += 1
        if state.slow_start or state.clean >= state.limit:
            state.limit, state.clean = state.limit + 1, 0

    def _too_fast(self, began: float, wait: float | None) -> None:
        """Halve once a round: what had begun before the last halving says nothing of the limit."""
        state, rules = self._state, self._rules
        if began > state.halved_at:
            state.limit = max(1, state.limit // 2)
            state.slow_start, state.clean, state.halved_at = False, 0, self._now
            state.pauses += 1
        if wait is None:
            doubled = rules.first_pause * 2.0 ** max(state.pauses - 1, 0)
            wait = min(doubled, rules.longest_pause)
        state.closed_until = max(state.closed_until, self._now + wait)
