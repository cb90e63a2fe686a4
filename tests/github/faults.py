"""What goes wrong at the GitHub in memory: answers that are none, and whom they strike."""

from collections.abc import Callable
from itertools import chain, repeat
from typing import Any

import httpx

Fault = Callable[[str, dict[str, Any]], httpx.Response | None]


def bad_gateway() -> httpx.Response:
    return httpx.Response(502, html="<html><title>502 Bad Gateway</title></html>")


def too_fast(seconds: int) -> httpx.Response:
    return httpx.Response(
        403,
        json={"message": "You have exceeded a secondary rate limit."},
        headers={"Retry-After": str(seconds)},
    )


def once(operation: str, reply: httpx.Response) -> Fault:
    """A fault that strikes the first request of that name."""
    return at_the(1, operation, reply)


def at_the(number: int, operation: str, reply: httpx.Response) -> Fault:
    """A fault that strikes a single request of that name: the first, the second, …"""
    replies = chain(repeat(None, number - 1), [reply])
    return lambda name, variables: next(replies, None) if name == operation else None


def always(operation: str, make: Callable[[], httpx.Response]) -> Fault:
    return lambda name, variables: make() if name == operation else None


def dying_at(operation: str, number: int) -> Fault:
    """The process dies at that request of that name, and at each that follows."""
    before = iter(range(number - 1))

    def fault(name: str, _variables: Any) -> None:
        if name == operation and next(before, None) is None:
            raise SystemError("kill -9")

    return fault
