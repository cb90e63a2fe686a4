"""
The database in a process that forks: a prefork worker's main process, whose watch sweeps.

SQLite's library keeps its locks in the memory of the process. A child that is forked while another
thread is in a transaction gets a copy in which the lock is held, by a thread that it does not have:
every write of that child fails with "database is locked" for as long as it lives. (Found by
killing pool processes: the sweep that replaces their work runs just when Celery replaces them.)
Nor may a connection be carried over a fork: https://www.sqlite.org/howtocorrupt.html, section 2.6.

PostgreSQL's locks are the server's, and a child that never uses an inherited socket does no harm:
it ends without saying good-bye. So only forks beside SQLite wait, for as long as one team's
recovery takes at the longest: that SQLite waits for a lock, and the broker's client for a broker.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.db import connection, connections

#: Held either by a thread at the database or by a thread that forks.
_lock = threading.Lock()


@contextmanager
def between_forks() -> Iterator[None]:
    """Use the database in this thread: no fork begins meanwhile, and no connection is left open."""
    with _lock:
        try:
            yield
        finally:
            connections.close_all()


@cache
def let_forks_wait() -> None:
    """From now on, let every fork of this process wait until nobody is `between_forks`."""
    if connection.vendor == "sqlite":
        os.register_at_fork(
            before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
        )
