"""Processes as the kernel shows them."""

import os
import signal
import subprocess
import sys
import time

import pytest

from apps.operations.bench.chaos import lineage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are read in /proc")

FORK = """
import os, time
if os.fork() == 0:
    time.sleep(60)
print("forked", flush=True)
time.sleep(60)
"""


@pytest.fixture
def parent(tmp_path):
    env = os.environ | {"STATE_DIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", FORK], env=env, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        process.stdout.readline()
        yield process
        os.killpg(process.pid, signal.SIGKILL)


def test_what_a_process_has_forked_is_below_it(parent):
    [child] = lineage.below(parent.pid)

    assert parent.pid in lineage.below(os.getpid())
    assert child in lineage.below(os.getpid())


def test_processes_belong_to_the_folder_of_their_environment(parent, tmp_path):
    family = {parent.pid, *lineage.below(parent.pid)}

    assert {process.pid for process in lineage.belonging_to(tmp_path)} == family
    assert list(lineage.belonging_to(tmp_path / "other")) == []


def test_a_stopped_process_is_seen_to_be_stopped(parent, tmp_path):
    parent.send_signal(signal.SIGSTOP)
    while lineage.all_processes()[parent.pid].state != "T":
        time.sleep(0.01)

    stopped = [each.pid for each in lineage.belonging_to(tmp_path) if each.state == "T"]

    assert stopped == [parent.pid]


def test_a_zombie_is_no_process(parent):
    [child] = lineage.below(parent.pid)
    os.kill(child, signal.SIGKILL)

    while lineage.below(parent.pid):  # its parent never waits for it
        time.sleep(0.01)

    assert child not in lineage.all_processes()
