"""The limits of one key and model, shared by all processes through Redis or Valkey."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from apps.core.redis_script import script
from apps.llm.limits.limits import Answer, Priority, Report, Rules, Verdict


class LimitsInRedis:
    """
    `apps.llm.limits.limits.Limits`, one round trip for each question and report.

    :param budget: names key and model; never the key itself.
    :param clock: for tests of time; None: the server's, the same for all.
    :raises RedisGone: from its methods.
    """

    def __init__(
        self, url: str, budget: str, rules: Rules, *, clock: Callable[[], float] | None = None
    ) -> None:
        self._decide = script(url, "apps.llm.limits", "limits.lua")
        self._key = f"mergelight:llm:{budget}"
        self._rules = json.dumps(asdict(rules))
        self._clock = clock

    def ask(self, lease: str, priority: Priority, holder: str, tokens: int) -> Answer:
        said = {"lease": lease, "priority": priority, "holder": holder, "tokens": tokens}
        found = json.loads(self._call("ask", said))
        return Answer(Verdict(found["verdict"]), float(found["wait"]))

    def tell(self, lease: str, report: Report) -> None:
        self._call("tell", {"lease": lease, **_without_none(asdict(report))})

    def _call(self, what: str, said: Mapping[str, Any]) -> Any:
        now = "" if self._clock is None else self._clock()
        return self._decide([self._key], [what, self._rules, json.dumps(said), now])


def _without_none(said: Mapping[str, Any]) -> dict[str, Any]:
    """JSON's null would be true in the script."""
    return {
        name: _without_none(value) if isinstance(value, dict) else value
        for name, value in said.items()
        if value is not None
    }
