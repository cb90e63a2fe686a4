"""The limits of one budget, shared by all processes through Redis or Valkey."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from apps.core.redis_script import script
from apps.github.api.credentials import Priority
from apps.github.api.limits import Answer, Report, Rules, Verdict


class LimitsInRedis:
    """
    `apps.github.api.limits.Limits`, one round trip for each question and report.

    :param clock: for tests of time; None: the server's, the same for all.
    :raises RedisGone: from its methods.
    """

    def __init__(
        self, url: str, budget: str, rules: Rules, *, clock: Callable[[], float] | None = None
    ) -> None:
        self._decide = script(url, "apps.github.api", "limits.lua")
        self._key = f"mergelight:github:{budget}"
        self._rules = json.dumps(asdict(rules))
        self._clock = clock

    def ask(self, lease: str, priority: Priority, holder: str) -> Answer:
        return self._call("ask", {"lease": lease, "priority": priority, "holder": holder})

    def tell(self, lease: str, priority: Priority, report: Report) -> Answer:
        said = {name: value for name, value in asdict(report).items() if value is not None}
        return self._call("tell", {"lease": lease, "priority": priority, **said})

    def _call(self, what: str, said: dict[str, Any]) -> Answer:
        now = "" if self._clock is None else self._clock()
        found = json.loads(self._decide([self._key], [what, self._rules, json.dumps(said), now]))
        return Answer(Verdict(found["verdict"]), float(found["wait"]), int(found["at_once"]))
