"""
The database in a process that forks: a prefork worker's main process, whose watch sweeps.

SQLite's library keeps its locks in the memory of the process. A child that is forked while another
thread is in a transaction gets a copy in which the lock is held, by a thread that it does not have:
every write of that child fails with "database is locked" for as long as it lives. (Found by
killing pool processes: the sweep that replaces their work runs just when Celery replaces them.)
Nor may a connection be carried over a fork: https://www.sqlite.org/howtocorrupt.html, section 2.6.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.db import connections

#: Seconds that a fork waits for the database; longer than SQLite itself waits for a lock.
PATIENCE = 40.0


class Forks:
    """One lock, held either by a thread at the database or by a thread that forks."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_ours = False

    def wait(self) -> None:
        self.is_ours = self.lock.acquire(timeout=PATIENCE)

    def go_on(self) -> None:
        if self.is_ours:
            self.is_ours = False
            self.lock.release()


_forks = Forks()


@contextmanager
def between_forks() -> Iterator[None]:
    """Use the database in this thread: no fork begins meanwhile, and no connection is left open."""
    with _forks.lock:
        try:
            yield
        finally:
            connections.close_all()


@cache
def let_forks_wait() -> None:
    """From now on, let every fork of this process wait until nobody is `between_forks`."""
    os.register_at_fork(
        before=_forks.wait, after_in_parent=_forks.go_on, after_in_child=_forks.go_on
    )
