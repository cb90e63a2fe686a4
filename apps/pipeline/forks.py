"""
A process with a thread that forks: a prefork worker's main process, whose watch sweeps.

A child is forked with whatever locks other threads hold at that moment, and without the threads
that would let them go. Two of them have hung children that were forked during a sweep, for as long
as they lived:

* SQLite's library keeps its locks in the memory of the process; such a child can never write
  ("database is locked"). Nor may a connection be carried over a fork:
  https://www.sqlite.org/howtocorrupt.html, section 2.6.
* kombu has one lock for the cached properties of all connections; such a child waits for ever in
  the first message that it sends.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.db import connections

#: Held either by a thread that works or by a thread that forks.
_lock = threading.Lock()


@contextmanager
def between_forks() -> Iterator[None]:
    """Use database or broker in this thread: no fork begins meanwhile, no connection stays open."""
    with _lock:
        try:
            yield
        finally:
            connections.close_all()


@cache
def let_forks_wait() -> None:
    """From now on, let every fork of this process wait until nobody is `between_forks`."""
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )
