"""Processes that stand still, as those of a machine do that is paused or cut off."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing, suppress

from django.db import connection

LOOK = 0.01  # seconds until they are stopped again
PATIENCE = 1.0  # seconds; a transaction under way is over by then


def hold(pids: Iterable[int]) -> None:
    """
    SIGSTOP all of them.

    On SQLite at a moment when none has a transaction open: nobody else could write, and it would be
    no machine of its own that stands still.
    """
    held = list(pids)
    while True:
        _send(signal.SIGSTOP, held)
        if _others_can_write():
            return
        let_go(held)
        time.sleep(LOOK)


def let_go(pids: Iterable[int]) -> None:
    _send(signal.SIGCONT, pids)


def _send(number: signal.Signals, pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _others_can_write() -> bool:
    if connection.vendor != "sqlite":
        return True
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=PATIENCE)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.rollback()
        return True
