"""
What can be switched while a server runs, and what it has counted.

`POST /__control` takes a JSON object with any of these keys:

- `faults`: fault → probability, for every request from now on; `{}` switches them off. Which
  faults there are says each server's `KNOWN_FAULTS`.
- `next`: a list of faults for exactly the next requests, one each; "" lets one pass.
- `seconds`: latency of an answer. `slow_seconds`: how much more the fault "slow" takes.
- `revoke`, `restore`: a token that from now on is answered 401, or no longer.
- `remaining`, `reset_in`: the rate limit's budget, and the seconds until it is full again.
- `batches`: how Groq's batches go from now on (`switches.py`); `{}`: well.
- `forget`: drop what is left of the script of `next`.
- `clear`: forget what was counted.
"""

import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from random import Random
from threading import Lock
from typing import Any, TypeVar

from apps.sandbox.http import Answer, Request
from apps.sandbox.switches import BatchSwitches
from apps.sandbox.tally import Tally

Option = TypeVar("Option")

SLOW = "slow"  # the fault of an answer that is right and late
SLOW_SECONDS = 3.0
_HOUR = 3_600


class Control:
    """The switches and counters of one server; safe for its threads."""

    def __init__(
        self,
        *,
        known_faults: Collection[str],
        seconds: float = 0.0,
        seed: int = 1,
        budget: int = 5_000,
    ) -> None:
        self.known_faults = known_faults
        self.seconds = seconds
        self.slow_seconds = SLOW_SECONDS
        self.budget = budget
        self.remaining = budget
        self.resets_at = time.time() + _HOUR
        self.counts: Counter[str] = Counter()
        self.peak_in_flight = 0
        self.batches = BatchSwitches()
        self.batch_seconds = 0.0  # that a batch takes, where its switches do not say
        self._asked, self._answered = Tally(), Tally()
        self._in_flight = 0
        self._faults: dict[str, float] = {}
        self._next: list[str] = []
        self._revoked: set[str] = set()
        self._random = Random(seed)  # noqa: S311 - faults, not secrets
        self._lock = Lock()

    def change(self, wishes: Mapping[str, Any]) -> None:
        """
        Apply the body of one `POST /__control`.

        :raises ValueError: for a fault or switch that is not known; then nothing is changed.
        """
        wanted = {*wishes.get("faults", {}), *wishes.get("next", [])} - {""}
        if strange := sorted(wanted.difference(self.known_faults)):
            raise ValueError(f"no such fault: {strange}; there are {sorted(self.known_faults)}")
        batches = BatchSwitches.of(wishes.get("batches", asdict(self.batches)))
        with self._lock:
            self.batches = batches
            self.seconds = float(wishes.get("seconds", self.seconds))
            self.slow_seconds = float(wishes.get("slow_seconds", self.slow_seconds))
            self._faults = dict(wishes.get("faults", self._faults))
            if wishes.get("forget"):
                self._next.clear()
            self._next += wishes.get("next", [])
            self._revoked |= {wishes["revoke"]} if "revoke" in wishes else set()
            self._revoked -= {wishes["restore"]} if "restore" in wishes else set()
            if "remaining" in wishes:
                self.remaining = int(wishes["remaining"])
                self.resets_at = time.time() + float(wishes.get("reset_in", _HOUR))
            if wishes.get("clear"):
                self.counts.clear()
                self._asked.clear()
                self._answered.clear()
                self.peak_in_flight = 0

    def answer(self, request: Request) -> Answer | None:
        """Answer `/__stats` and `/__control`; None for any other request."""
        match request.method, request.path:
            case "GET", "/__stats":
                return Answer(self.stats())
            case "POST", "/__control":
                try:
                    self.change(request.json())
                except ValueError as error:
                    return Answer({"message": str(error)}, status=400)
                return Answer({"ok": True})
        return None

    def accepts(self, token: str, *, prefix: str) -> bool:
        """Say whether a token works: it has the sandbox's prefix and was not revoked."""
        return token.startswith(prefix) and token not in self._revoked

    def count(self, what: str, by: int = 1) -> None:
        """Count something for `GET /__stats`."""
        with self._lock:
            self.counts[what] += by

    def count_asked(self, request: Request) -> None:
        """Note a question, whatever the answer will be."""
        with self._lock:
            self._asked.add(request)

    def count_answered(self, request: Request) -> None:
        """Note a question that is given its good, whole answer."""
        with self._lock:
            self._answered.add(request)

    def fault(self) -> str | None:
        """
        Draw the fault of this request: the next of the script, else by chance.

        "slow" is over when this returns, and None is returned: what follows is a good answer.
        """
        with self._lock:
            fault = self._next.pop(0) if self._next else self.by_chance()
            if fault:
                self.counts[f"fault {fault}"] += 1
        if fault == SLOW:
            time.sleep(self.slow_seconds)
            return None
        return fault or None

    def choose(self, options: Sequence[Option]) -> Option:
        """Choose at random, by the seed."""
        with self._lock:
            return self._random.choice(options)

    def spend(self, points: int) -> bool:
        """Take points off the budget; False if there are not enough of them before the reset."""
        with self._lock:
            if time.time() >= self.resets_at:
                self.remaining, self.resets_at = self.budget, time.time() + _HOUR
            if self.remaining < points:
                return False
            self.remaining -= points
            return True

    def wait(self, share: float = 1.0) -> None:
        """Take the time that an answer takes, times `share`."""
        if self.seconds:
            time.sleep(self.seconds * share)

    def __enter__(self) -> "Control":
        with self._lock:
            self._in_flight += 1
            self.peak_in_flight = max(self.peak_in_flight, self._in_flight)
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._in_flight -= 1

    def stats(self) -> dict[str, Any]:
        """
        Return the body of `GET /__stats`.

        `repeats`: what each token asked. `answered` and `questions`: good answers, and the
        different questions among them; `answered_times`: how many of those got one, two, …
        """
        with self._lock:
            times = self._answered.times()
            return {
                "counts": dict(self.counts),
                "peak_in_flight": self.peak_in_flight,
                "remaining": self.remaining,
                "repeats": self._asked.repeats(),
                "answered": sum(number * questions for number, questions in times.items()),
                "questions": times.total(),
                "most_answered": max(times, default=0),
                "answered_times": {str(number): times[number] for number in sorted(times)},
            }

    def by_chance(self) -> str | None:
        """A fault drawn by its probability, whatever the script says."""
        roll = self._random.random()
        for fault, probability in self._faults.items():
            if roll < probability:
                return fault
            roll -= probability
        return None
