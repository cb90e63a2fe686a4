"""
How long all that is asked of GitHub for one page may take together.

    with at_most(15.0):  # around a view, whatever it asks and however often

A worker has none: its steps take as long as GitHub needs. Threads that are begun inside know
nothing of it, except through a client that was opened before.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: Seconds that somebody looks at a page that does not come.
FOR_A_PAGE = 15.0
FOR_A_LIST = 30.0  # one that takes ten requests, each after the other

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """
    What is asked inside has so many seconds; then `GitHubTimeout`, or `GitHubDown` of REST.

    Inside of another, no more than that one has left.
    """
    with in_its_own_time(seconds_left(seconds, _ends_at.get())):
        yield


@contextmanager
def in_its_own_time(seconds: float) -> Iterator[None]:
    """The same for what must be asked to its end, however little a page has left."""
    before = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(before)


def ends_at() -> float | None:
    """By the monotonic clock; None: never."""
    return _ends_at.get()


def seconds_left(most: float, ends_at: float | None) -> float:
    """What is left until then, `most` at most; 0.0 where it is over."""
    return most if ends_at is None else max(min(most, ends_at - time.monotonic()), 0.0)
