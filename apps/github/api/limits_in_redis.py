"""The limits of one budget, shared by all processes through Redis or Valkey."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from apps.github.api.credentials import Priority
from apps.github.api.limits import Answer, Report, Rules, Verdict

PATIENCE = 0.25  # seconds until Redis counts as away; a round trip takes less than a thousandth

#: What a shared limit fails with: Redis is away, or it is none that runs scripts.
SharedLimitsGone = redis.RedisError


class LimitsInRedis:
    """
    `apps.github.api.limits.Limits`, one round trip for each question and report.

    :param clock: for tests of time; None: the server's, the same for all.
    :raises SharedLimitsGone: from its methods.
    """

    def __init__(
        self, url: str, budget: str, rules: Rules, *, clock: Callable[[], float] | None = None
    ) -> None:
        self._decide = _script(url)
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


def redis_url(broker_url: str) -> str:
    """The same server as redis-py names it; empty where the broker is no Redis."""
    parts = urlsplit(broker_url)
    if parts.scheme in ("redis", "rediss", "unix"):
        return broker_url
    if parts.scheme == "redis+socket":  # kombu's
        database = parse_qs(parts.query).get("virtual_host", ["0"])[0]
        return f"unix://{parts.path}?db={database.strip('/')}"
    return ""


@cache
def _script(url: str) -> Callable[[list[str], list[Any]], Any]:
    """One pool of connections a process; redis-py makes new ones in a child that was forked."""
    client = redis.Redis.from_url(
        url,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        # Once more at once, on a new connection, where the server has been restarted since.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
    source = resources.files("apps.github.api").joinpath("limits.lua").read_text(encoding="utf-8")
    return client.register_script(source)
