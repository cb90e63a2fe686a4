"""Processes that a bench lets stand still keep nothing from the others."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.db import connection

from apps.operations.bench.chaos.lineage import all_processes
from apps.operations.bench.standstill import hold, let_go
from tests.factories import TeamFactory

#: Holds the lock for a moment; then it is idle.
WRITER = """
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("writing", flush=True)
time.sleep(0.2)
database.execute("COMMIT")
print("idle", flush=True)
time.sleep(600)
"""


@pytest.fixture
def writer(transactional_db) -> Iterator["subprocess.Popen[str]"]:
    """Another process, in the midst of a transaction on this test's database."""
    command = [sys.executable, "-c", WRITER, str(connection.settings_dict["NAME"])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="elsewhere a lock is of one row")
def test_a_process_stands_still_once_it_keeps_no_lock(writer):
    hold([writer.pid])

    assert all_processes()[writer.pid].state == "T"
    assert TeamFactory().pk


def test_a_process_goes_on_when_it_is_let_go(transactional_db):
    with subprocess.Popen(["sleep", "600"]) as process:
        hold([process.pid])
        let_go([process.pid])
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == -signal.SIGTERM
