"""
Runs one command that cannot outlive whoever asked for it, not even after a SIGKILL.

    python -I -S tether.py --parent PID --grace SECONDS [--lock FILE] -- COMMAND [ARGUMENT ...]

A process of its own between the supervisor and each child, because nobody else can do it: a
supervisor that is killed cannot clean up, and the kernel's "tell me when my parent dies" reaches
only the child, never the pool processes that the child has forked. Standard library only.
"""

import argparse
import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
GLANCE = 0.1  # seconds between two looks at the child and the parent


class Tether:
    """One command, the process that it is tied to, and whether it has been asked to stop."""

    def __init__(self, *, parent: int, grace: float) -> None:
        self.parent = parent
        self.grace = grace
        self.told = False
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        die_with_parent()

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.told = True

    def must_end(self) -> bool:
        # The parent may have died before prctl, and systems without prctl have nothing but this.
        return self.told or os.getppid() != self.parent

    def hold(self, lock: Path) -> bool:
        """Wait until no other process holds this file, then hold it; False if told to end first."""
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)  # let go when this process ends
        while not self.must_end():
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(GLANCE)
            else:
                return True
        return False

    def run(self, command: list[str]) -> int:
        """Run the command to its end, or end it when told; return its code as a shell would."""
        child = subprocess.Popen(  # noqa: S603 - the supervisor's own command
            command,
            process_group=0,
            preexec_fn=die_with_parent,  # safe: this process has one thread
        )
        while child.poll() is None and not self.must_end():
            time.sleep(GLANCE)
        if child.poll() is None:
            child.terminate()
            wait(child, self.grace)
        kill_group(child.pid)
        code = child.wait()
        return 128 - code if code < 0 else code


def die_with_parent() -> None:
    """Ask Linux for a SIGTERM when the parent dies; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def wait(child: "subprocess.Popen[bytes]", seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(GLANCE)


def kill_group(group: int) -> None:
    """Kill what is left of the command: itself if it has not ended, and whatever it has forked."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--grace", type=float, required=True)
    parser.add_argument("--lock", type=Path)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    tether = Tether(parent=options.parent, grace=options.grace)
    if options.lock and not tether.hold(options.lock):
        return 0
    if tether.must_end():
        return 0
    return tether.run(options.command)


if __name__ == "__main__":
    sys.exit(main())
