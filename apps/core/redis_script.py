"""A script that Redis or Valkey runs alone, so that all processes decide as one."""

import logging
import time
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

AWAY = 10.0  # seconds until a server that was away is tried again
PATIENCE = 0.25  # seconds until Redis counts as away; a round trip takes less than a thousandth

#: What a script fails with: Redis is away, or it is none that runs scripts.
RedisGone = redis.RedisError

#: Called with the keys and the arguments.
Script = Callable[[list[str], list[Any]], Any]


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
def script(url: str, package: str, name: str) -> Script:
    """
    The script in that file of a package, one round trip a call.

    :raises RedisGone: from the call.
    """
    source = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    return _client(url).register_script(source)


@cache
def _client(url: str) -> redis.Redis:
    """One pool of connections a process; redis-py makes new ones in a child that was forked."""
    return redis.Redis.from_url(
        url,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        # Once more at once, on a new connection, where the server has been restarted since.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )


class WhileThere:
    """Calls of a server that may be away, which is then left alone for a while."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._away_until = 0.0

    def call(self, call: Callable[[], Result]) -> Result | None:
        """None: it does not answer, and each process is on its own."""
        if self._now() < self._away_until:
            return None
        try:
            return call()
        except RedisGone as exc:
            logger.warning("Redis is away, each process limits itself for now: %s", exc)
            self._away_until = self._now() + AWAY
            return None
