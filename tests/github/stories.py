"""A broker of one's own, and limits whose time is told: what the tests of limits begin with."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Self

import pytest

from apps.core.redis_script import redis_url
from apps.github.api.credentials import Priority
from apps.github.api.limits import Answer, Limits, Outcome, Points, Report, Rules, Verdict
from apps.github.api.limits_in_process import LimitsInProcess
from apps.github.api.limits_in_redis import LimitsInRedis
from apps.operations.embedded import wait_until_answering
from apps.operations.supervise import Supervisor
from config.broker import embedded_server

WEB, PHASE1, PHASE2 = Priority.WEB, Priority.PHASE1, Priority.PHASE2
RULES = Rules(start=8, most=20, seconds_a_minute=200.0, lease=25.0)


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Valkey:
    """A server of our own, at a socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.socket = str(folder / "valkey.sock")
        self.url = f"redis+socket://{self.socket}"  # as kombu names it
        argv = [embedded_server(), "--port", "0", "--unixsocket", self.socket, "--save", ""]
        self.process = subprocess.Popen(argv, cwd=folder, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        wait_until_answering(self.socket, Supervisor())
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


class Story:
    """Tells limits what happens, in few words."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self.clock = clock
        self._names = (f"lease {number}" for number in count())

    def ask(self, priority: Priority = Priority.PHASE1, holder: str = "") -> Answer:
        return self.begin(priority, holder)[1]

    def begin(self, priority: Priority = Priority.PHASE1, holder: str = "") -> tuple[str, Answer]:
        name = next(self._names)
        return name, self.limits.ask(name, priority, holder)

    def many(self, number: int, priority: Priority = Priority.PHASE1) -> list[str]:
        """So many are under way; each must be let through."""
        begun = [self.begin(priority) for _ in range(number)]
        assert {answer.verdict for _, answer in begun} == {Verdict.GO}
        return [name for name, _ in begun]

    def fill(self, priority: Priority = Priority.PHASE1) -> list[str]:
        """As many as are let through."""
        names = []
        while True:
            name, answer = self.begin(priority)
            if answer.verdict is not Verdict.GO:
                self.give_up(name, priority)
                return names
            names.append(name)

    def give_up(self, name: str, priority: Priority = Priority.PHASE1) -> None:
        self.limits.tell(name, priority, Report(Outcome.FAILED, seconds=0.0))

    def end(
        self,
        *names: str,
        outcome: Outcome = Outcome.CLEAN,
        seconds: float = 1.0,
        wait: float | None = None,
        points: Points | None = None,
        priority: Priority = Priority.PHASE1,
    ) -> Answer:
        report = Report(outcome, seconds, wait, points)
        return [self.limits.tell(name, priority, report) for name in names][-1]

    def refuse(self, *names: str, wait: float | None = None) -> Answer:
        return self.end(*names, outcome=Outcome.TOO_FAST, wait=wait)


MakeStory = Callable[..., Story]

needs_server = pytest.mark.skipif(not embedded_server(), reason="no Valkey or Redis server here")
budgets = (f"user:{number}" for number in count(1))


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Valkey(tmp_path_factory.mktemp("valkey")) as running:
        yield redis_url(running.url)


@pytest.fixture(params=[pytest.param("in redis", marks=needs_server), "in process"])
def make_story(request: pytest.FixtureRequest) -> MakeStory:
    """Makes a story with its own budget, by the same rules but for what is named."""

    def story(clock: Clock | None = None, **changes: object) -> Story:
        clock, rules = clock or Clock(), replace(RULES, **changes)
        if request.param == "in process":
            return Story(LimitsInProcess(rules, clock=clock), clock)
        url = request.getfixturevalue("valkey_url")
        return Story(LimitsInRedis(url, next(budgets), rules, clock=clock), clock)

    return story
