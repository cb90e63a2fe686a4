"""Limits of Groq whose time is told: what the tests of limits begin with."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

import pytest

from apps.llm.limits.limits import Answer, Budget, Limits, Outcome, Priority, Report, Rules, Verdict
from apps.llm.limits.limits_in_process import LimitsInProcess
from apps.llm.limits.limits_in_redis import LimitsInRedis
from tests.github.stories import Clock, needs_server

__all__ = ["PHASE1", "PHASE2", "RULES", "Clock", "Story", "make_story", "needs_server"]

PHASE1, PHASE2 = Priority.PHASE1, Priority.PHASE2
RULES = Rules(lease=25.0, under_way_share=1.0)  # as many at once as the minute has room for
LEARNT = 10_000  # tokens a minute that the tests' Groq allows, above those of the free tier


@dataclass
class Story:
    """Tells limits what happens, in few words."""

    limits: Limits
    clock: Clock

    def __post_init__(self) -> None:
        self._names = (f"lease {number}" for number in count())

    def begin(
        self, tokens: int = 1_000, *, priority: Priority = PHASE1, holder: str = "team:1"
    ) -> tuple[str, Answer]:
        name = next(self._names)
        return name, self.limits.ask(name, priority, holder, tokens)

    def ask(self, tokens: int = 1_000, **more: object) -> Answer:
        return self.begin(tokens, **more)[1]

    def go(self, tokens: int = 1_000, **more: object) -> str:
        """One that must be let through."""
        name, answer = self.begin(tokens, **more)
        assert answer.verdict is Verdict.GO
        return name

    def fill(self, tokens: int = 1_000, **more: object) -> list[str]:
        """As many as are let through."""
        names = []
        while True:
            name, answer = self.begin(tokens, **more)
            if answer.verdict is not Verdict.GO:
                self.end(name, outcome=Outcome.FAILED)
                return names
            names.append(name)

    def end(
        self,
        *names: str,
        outcome: Outcome = Outcome.CLEAN,
        tokens: int | None = None,
        wait: float | None = None,
        budget: Budget | None = None,
    ) -> None:
        for name in names:
            self.limits.tell(name, Report(outcome, tokens, wait, budget))

    def learn(self, tokens: int = LEARNT, *, left: int | None = None, **more: object) -> None:
        """A first answer's headers; it has cost nothing."""
        budget = Budget(tokens, tokens if left is None else left, **more)
        self.end(self.go(1), tokens=0, budget=budget)


MakeStory = Callable[..., Story]
budgets = (f"key {number}:model" for number in count(1))


@pytest.fixture(params=[pytest.param("in redis", marks=needs_server), "in process"])
def make_story(request: pytest.FixtureRequest) -> MakeStory:
    """Makes a story with its own limits, by the same rules but for what is named."""

    def story(clock: Clock | None = None, **changes: object) -> Story:
        clock, rules = clock or Clock(), replace(RULES, **changes)
        if request.param == "in process":
            return Story(LimitsInProcess(rules, clock=clock), clock)
        url = request.getfixturevalue("valkey_url")
        return Story(LimitsInRedis(url, next(budgets), rules, clock=clock), clock)

    return story
