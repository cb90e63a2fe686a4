"""The limits of one budget in this process alone: where there is no Redis, or it is away."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from apps.github.api.credentials import Priority
from apps.github.api.limits import Answer, Outcome, Report, Rules, Verdict

BUCKET = 5  # seconds of the last minute that are counted together
ORDER = [Priority.WEB, Priority.PHASE1, Priority.PHASE2]  # in which turns come


@dataclass(frozen=True)
class Lease:
    began: float
    priority: Priority
    holder: str


@dataclass(frozen=True)
class Waiting:
    turn: int  # whose number is lower has waited longer
    seen: float
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
    waiting: dict[str, Waiting] = field(default_factory=dict)
    turn: int = 0  # the last that was given out
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
            verdict, wait = self._verdict(lease, priority, holder)
            if verdict is Verdict.GO:
                state.leases[lease] = Lease(self._now, priority, holder)
                self._add(state.requests, 1)
                if self._in_flight() * 2 >= state.limit:
                    state.busy_at = self._now
            if verdict is not Verdict.FULL:
                state.waiting.pop(lease, None)
            return Answer(verdict, wait, self._at_once(priority, holder))

    def tell(self, lease: str, priority: Priority, report: Report) -> Answer:
        with self._lock:
            self._now = self._clock()
            state, known = self._state, self._state.leases.pop(lease, None)
            state.waiting.pop(lease, None)
            if priority is Priority.PHASE1:
                state.phase1_at = self._now
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
            return Answer(*self._pause(), self._at_once(priority, known.holder if known else ""))

    def _forget_the_dead(self, holder: str) -> None:
        name = holder[: holder.rfind("/") + 1]
        state, rules, now = self._state, self._rules, self._now

        def is_replaced(other: str) -> bool:
            return bool(name) and other.startswith(name) and other != holder

        for key, lease in list(state.leases.items()):
            if is_replaced(lease.holder) or lease.began + rules.lease <= now:
                del state.leases[key]
        for key, waiting in list(state.waiting.items()):
            if is_replaced(waiting.holder) or waiting.seen + rules.gone <= now:
                del state.waiting[key]

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
        load = max(
            self._last_minute(state.seconds) / rules.seconds_a_minute,
            self._last_minute(state.requests) / rules.requests_a_minute,
        )
        left = min((1 - load) / (1 - rules.eased_from), 1)
        return max(1, math.floor(1 + (state.limit - 1) * left))

    def _bounds(self, priority: Priority) -> tuple[int, int]:
        """How many may be under way, in all and of this priority, for one more to begin."""
        ceiling, rules = self._ceiling(priority), self._rules
        if priority is Priority.PHASE2 and self._now - self._state.phase1_at < rules.phase1_active:
            # The last place is phase 1's, whose next request comes as soon as its last is stored.
            return ceiling - 1, max(1, math.floor(ceiling * rules.phase2_share))
        return ceiling, ceiling

    def _at_once(self, priority: Priority, holder: str) -> int:
        """This holder's share: what others do not want, and of what all want as much as they."""
        asked: list[Lease | Waiting] = [*self._state.leases.values(), *self._state.waiting.values()]
        wanted = Counter(
            each.holder for each in asked if each.priority is priority and each.holder != holder
        )
        (_, room), sharers = self._bounds(priority), len(wanted) + 1
        for others in sorted(wanted.values()):
            if others * sharers >= room:
                break
            room, sharers = room - others, sharers - 1
        return max(1, math.ceil(room / sharers))

    def _pause(self) -> tuple[Verdict, float]:
        state, now = self._state, self._now
        if now < state.used_up_until:
            return Verdict.USED_UP, state.used_up_until - now
        if now < state.closed_until:
            return Verdict.CLOSED, state.closed_until - now
        return Verdict.GO, 0.0

    def _verdict(self, lease: str, priority: Priority, holder: str) -> tuple[Verdict, float]:
        state, rules = self._state, self._rules
        verdict, wait = self._pause()
        if verdict is not Verdict.GO:
            return verdict, wait
        reserved = state.points_total * rules.reserve[priority]
        if self._now < state.points_until and state.points <= reserved:
            word = Verdict.USED_UP if state.points <= 0 else Verdict.KEPT
            return word, state.points_until - self._now
        bound, own_bound = self._bounds(priority)
        free = min(bound - self._in_flight(), own_bound - self._in_flight(priority))
        ahead = self._ahead(lease, priority, holder)
        if ahead < free:
            return Verdict.GO, 0.0
        behind = (ahead - max(free, 0)) / self._ceiling(priority)
        wait = min(max(behind, rules.soonest), rules.latest)
        return Verdict.FULL, math.floor(wait * 1000) / 1000  # the script's JSON has fewer digits

    def _ahead(self, lease: str, priority: Priority, holder: str) -> int:
        """Put it in line; how many have their turn before it?"""
        state = self._state
        if lease not in state.waiting:
            state.turn += 1
        turn = state.waiting[lease].turn if lease in state.waiting else state.turn
        state.waiting[lease] = Waiting(turn, self._now, priority, holder)
        under_way = Counter(each.holder for each in state.leases.values())
        places = {}
        for name, each in sorted(state.waiting.items(), key=lambda item: item[1].turn):
            places[name] = (ORDER.index(each.priority), under_way[each.holder], each.turn)
            under_way[each.holder] += 1  # if its turn comes, the next of this holder has one more
        return sum(place < places[lease] for place in places.values())

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
