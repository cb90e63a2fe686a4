"""The limits of one key and model in this process alone: where there is no Redis, or it is away."""

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from apps.llm.limits.limits import Answer, Budget, Outcome, Priority, Report, Rules, Verdict

ORDER = [Priority.PHASE1, Priority.PHASE2]  # in which turns come
Who = tuple[Priority, str]  # with the holder


@dataclass(frozen=True)
class Lease:
    began: float
    slice: int
    who: Who
    tokens: int


@dataclass(frozen=True)
class Waiting:
    turn: int  # whose number is lower has waited longer
    seen: float
    who: Who
    tokens: int


@dataclass
class Sum:
    tokens: int = 0
    calls: int = 0


@dataclass
class State:
    """The names are those in `limits.lua`."""

    tokens: int  # a minute
    calls: int  # a minute
    taken: dict[int, dict[Who, Sum]] = field(default_factory=dict)  # slice of time → who → how much
    others: int = 0  # tokens that others had used of the same key, at `others_at`
    others_at: float = 0.0
    closed_until: float = 0.0
    day_until: float = 0.0
    phase1_until: float = 0.0
    at_once: int = 0  # 0: any number
    halved_at: float = 0.0
    refusals: int = 0  # in a row
    leases: dict[str, Lease] = field(default_factory=dict)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    turn: int = 0  # the last that was given out


class LimitsInProcess:
    """`apps.llm.limits.limits.Limits`, in plain Python."""

    def __init__(self, rules: Rules, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules = rules
        self._clock = clock
        self._lock = threading.Lock()
        self._now = clock()
        self._state = State(rules.free_tokens, rules.free_requests)

    def ask(self, lease: str, priority: Priority, holder: str, tokens: int) -> Answer:
        with self._lock:
            self._now = self._clock()
            self._forget()
            state, who = self._state, (priority, holder)
            verdict, wait = self._verdict(lease, who, tokens)
            if verdict is Verdict.GO:
                tokens = tokens if tokens <= state.tokens else 0
                slice_ = math.floor(self._now / self._rules.slice)
                sums = state.taken.setdefault(slice_, {}).setdefault(who, Sum())
                sums.tokens, sums.calls = sums.tokens + tokens, sums.calls + 1
                state.leases[lease] = Lease(self._now, slice_, who, tokens)
            if verdict is not Verdict.FULL or wait > self._rules.longest_in_line:
                state.waiting.pop(lease, None)
            if priority is Priority.PHASE1:
                away = min(wait, self._rules.minute) if verdict is Verdict.FULL else 0.0
                until = self._now + away + self._rules.phase1_active
                state.phase1_until = max(state.phase1_until, until)
            return Answer(verdict, math.ceil(wait * 1000) / 1000)

    def tell(self, lease: str, report: Report) -> None:
        with self._lock:
            self._now = self._clock()
            self._forget()
            state, known = self._state, self._state.leases.pop(lease, None)
            state.waiting.pop(lease, None)
            if known and report.tokens is not None and known.slice in state.taken:
                sums = state.taken[known.slice][known.who]
                sums.tokens = max(sums.tokens + report.tokens - known.tokens, 0)
                if report.outcome is Outcome.FAILED and not report.tokens:
                    sums.calls -= 1
            if report.budget:
                self._learn(report.budget)
            began = known.began if known else 0.0
            if report.outcome is Outcome.USED_UP:
                wait = self._rules.day_wait if report.wait is None else report.wait
                until = self._now + max(wait, self._rules.shortest_day_wait)
                state.day_until = max(state.day_until, until)
            elif report.outcome is Outcome.TOO_FAST:
                self._refused(began, report.wait)
            elif report.outcome is Outcome.CLEAN and began > state.halved_at:
                state.refusals = 0
                state.at_once *= 2
                if state.at_once > self._rules.at_once_free:
                    state.at_once = 0

    def _learn(self, budget: Budget) -> None:
        state, rules = self._state, self._rules
        is_free = budget.tokens <= rules.free_tokens
        state.tokens = budget.tokens
        state.calls = rules.free_requests if is_free else rules.paid_requests
        # What is under way may not have arrived there yet: others are rather seen too small.
        others = budget.tokens - budget.left - self._last_minute().tokens
        state.others, state.others_at = max(others, 0), self._now
        if budget.requests_left is not None and budget.requests_left <= max(len(state.leases), 1):
            state.day_until = max(state.day_until, self._now + budget.requests_reset)

    def _refused(self, began: float, wait: float | None) -> None:
        """Halve once a round: what had begun before the last halving says nothing new."""
        state, rules = self._state, self._rules
        if began > state.halved_at:
            under_way = len(state.leases) + 1
            most = min(state.at_once or under_way, under_way)
            state.at_once, state.halved_at = max(most // 2, 1), self._now
            state.refusals += 1
        wait = rules.unknown_wait if wait is None else wait
        if state.refusals > rules.refusals:
            wait = max(wait, rules.busy_wait)
        state.closed_until = max(state.closed_until, self._now + wait)

    def _forget(self) -> None:
        """Those that died, and what is longer ago than a minute."""
        state, rules, now = self._state, self._rules, self._now
        for key in [key for key, one in state.leases.items() if one.began + rules.lease <= now]:
            del state.leases[key]
        for key in [key for key, one in state.waiting.items() if one.seen + rules.gone <= now]:
            del state.waiting[key]
        for slice_ in [slice_ for slice_ in state.taken if self._leaves_at(slice_) <= now]:
            del state.taken[slice_]

    def _leaves_at(self, slice_: int) -> float:
        """When what was taken in a slice of time counts no more."""
        return (slice_ + 1) * self._rules.slice + self._rules.minute

    def _last_minute(self, priority: Priority | None = None) -> Sum:
        total = Sum()
        for whose in self._state.taken.values():
            for (ours, _), sums in whose.items():
                if priority is None or ours is priority:
                    total.tokens, total.calls = (
                        total.tokens + sums.tokens,
                        total.calls + sums.calls,
                    )
        return total

    def _under_way(self, priority: Priority | None = None) -> int:
        """Tokens of calls under way: so much may be given back at most."""
        leases = self._state.leases.values()
        return sum(one.tokens for one in leases if priority is None or one.who[0] is priority)

    def _others(self, at: float) -> int:
        """Tokens that others have used: from the last answer on it is supposed that they end."""
        state = self._state
        return math.floor(state.others * max(1 - max(at - state.others_at, 0) / 60, 0))

    def _verdict(self, lease: str, who: Who, tokens: int) -> tuple[Verdict, float]:
        state, now = self._state, self._now
        if now < state.day_until:
            return Verdict.USED_UP, state.day_until - now
        if now < state.closed_until:
            return Verdict.CLOSED, state.closed_until - now
        if tokens > state.tokens:
            return Verdict.GO, 0.0
        wait = self._wait(lease, who, tokens)
        return (Verdict.FULL, wait) if wait else (Verdict.GO, 0.0)

    def _wait(self, lease: str, who: Who, tokens: int) -> float:
        state, rules = self._state, self._rules
        ahead = self._ahead(lease, who, tokens)
        before = Sum(sum(one.tokens for one in ahead), len(ahead))
        taken = self._last_minute()
        room = Sum(state.tokens - taken.tokens - self._others(self._now), state.calls - taken.calls)
        waits = [self._until(before, tokens, room, None)]
        if who[0] is Priority.PHASE2 and self._now < state.phase1_until:
            own = [one for one in ahead if one.who[0] is Priority.PHASE2]
            taken = self._last_minute(Priority.PHASE2)
            share = Sum(
                max(math.floor(state.tokens * rules.phase2_share), tokens) - taken.tokens,
                max(math.floor(state.calls * rules.phase2_share), 1) - taken.calls,
            )
            own_before = Sum(sum(one.tokens for one in own), len(own))
            waits.append(self._until(own_before, tokens, share, Priority.PHASE2))
        if self._are_many(Sum(before.tokens + tokens, len(ahead) + 1)):
            waits.append(rules.latest if ahead else rules.soonest)
        return max(waits)

    def _are_many(self, more: Sum) -> bool:
        """Whether these would be too many at once, with those that are under way."""
        state = self._state
        tokens, most = self._under_way() + more.tokens, state.tokens * self._rules.under_way_share
        if tokens > most and len(state.leases) + more.calls > 1:
            return True
        return 0 < state.at_once < len(state.leases) + more.calls

    def _until(self, before: Sum, tokens: int, room: Sum, priority: Priority | None) -> float:
        """Seconds until there is room for this call behind those before it; 0: there is."""
        rules, now = self._rules, self._now
        lacking = Sum(before.tokens + tokens - room.tokens, before.calls + 1 - room.calls)
        if lacking.tokens <= 0 and lacking.calls <= 0:
            return 0.0
        wait = self._leaving(lacking, priority) - now
        if room.calls > 0 and tokens - room.tokens <= self._under_way(priority):
            wait = min(wait, rules.latest)  # what is under way may give back enough
        return max(wait, rules.soonest)

    def _leaving(self, lacking: Sum, priority: Priority | None) -> float:
        """When so much of the last minute counts no more."""
        freed, at = Sum(), self._now
        for slice_ in sorted(self._state.taken):
            leaves_at = self._leaves_at(slice_)
            if freed.calls >= lacking.calls:
                gone_at = max(self._others_gone_at(lacking.tokens - freed.tokens, priority), at)
                if gone_at <= leaves_at:
                    return gone_at
            at = leaves_at
            for (whose, _), sums in self._state.taken[slice_].items():
                if priority is None or whose is priority:
                    freed.tokens += sums.tokens
                    freed.calls += sums.calls
        gone_at = self._others_gone_at(lacking.tokens - freed.tokens, priority)
        return max(at, self._now + 60 if gone_at == math.inf else gone_at)

    def _others_gone_at(self, tokens: int, priority: Priority | None) -> float:
        """When others have used so many fewer than now."""
        state, left = self._state, self._others(self._now) - tokens
        if tokens <= 0:
            return self._now
        if priority or left < 0:
            return math.inf
        return state.others_at + 60 * (1 - left / state.others)

    def _ahead(self, lease: str, who: Who, tokens: int) -> list[Waiting]:
        """Put it in line; those that have their turn before it."""
        state = self._state
        if lease not in state.waiting:
            state.turn += 1
        turn = state.waiting[lease].turn if lease in state.waiting else state.turn
        state.waiting[lease] = Waiting(turn, self._now, who, tokens)
        had: dict[Who, int] = defaultdict(int)
        for whose in state.taken.values():
            for each, sums in whose.items():
                had[each] += sums.tokens
        places = {}
        for name, one in sorted(state.waiting.items(), key=lambda item: item[1].turn):
            places[name] = (ORDER.index(one.who[0]), had[one.who], one.turn)
            had[one.who] += one.tokens  # if its turn comes, the next of this holder has had it
        ours = places[lease]
        return [one for name, one in state.waiting.items() if places[name] < ours]
