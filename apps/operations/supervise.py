"""Starts processes, starts them again when they end, and leaves none behind."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import BinaryIO, NoReturn, Self

from apps.operations import tether

logger = logging.getLogger(__name__)

FIRST_DELAY = 0.5  # seconds until the first restart; doubles with each
LONGEST_DELAY = 15.0  # seconds
STEADY = 10.0  # seconds that a process must have lived for its delay to begin anew
GLANCE = 0.1  # seconds between two looks at the children


@dataclass(frozen=True)
class Process:
    """What to run, and to keep running."""

    name: str
    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)  #: on top of our own
    log: Path | None = None  #: None: it writes to our own output
    grace: float = 5.0  #: seconds between SIGTERM and SIGKILL
    lock: Path | None = None  #: wait until nobody else on this machine runs with this file
    outlives_others: bool = False  #: stopped after all those without it


class Child:
    """A process as it runs: present or waiting for its next start."""

    def __init__(self, process: Process, *, kept_open: tuple[int, ...] = ()) -> None:
        self.process = process
        self.kept_open = kept_open
        self.starts = 0
        self.delay = FIRST_DELAY
        self.start_at = 0.0
        self.started_at = 0.0
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        process = self.process
        output = self._open_log()
        lock = ["--lock", str(process.lock)] if process.lock else []
        self.popen = subprocess.Popen(  # noqa: S603 - our own command lines, no shell
            [
                *(sys.executable, "-I", "-S", tether.__file__),
                *("--parent", str(os.getpid()), "--grace", str(process.grace), *lock),
                *("--", *process.argv),
            ],
            cwd=process.cwd,
            env={**os.environ, **process.env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            pass_fds=self.kept_open,
            process_group=0,  # Ctrl-C is for us; we stop the children in order
        )
        if output:
            output.close()
        self.starts += 1
        self.started_at = time.monotonic()

    def tend(self) -> None:
        """Start again what has ended, after its delay."""
        if self.popen is None:
            if time.monotonic() >= self.start_at:
                self.start()
        elif (code := self.popen.poll()) is not None:
            self._plan_restart(code)

    def signal(self, number: signal.Signals) -> None:
        if self.popen is not None and self.popen.poll() is None:
            self.popen.send_signal(number)

    def wait(self) -> None:
        if self.popen is not None:
            self.popen.wait()

    def _plan_restart(self, code: int) -> None:
        now = time.monotonic()
        if now - self.started_at >= STEADY:
            self.delay = FIRST_DELAY
        logger.warning(
            "%s ended with code %s; starting it again in %.1f s%s",
            self.process.name,
            code,
            self.delay,
            f" (its log: {self.process.log})" if self.process.log else "",
        )
        self.popen = None
        self.start_at = now + self.delay
        self.delay = min(self.delay * 2, LONGEST_DELAY)

    def _open_log(self) -> BinaryIO | None:
        if self.process.log is None:
            return None
        self.process.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.process.log.open("ab" if self.starts else "wb")


class Supervisor:
    """
    A context in which processes are kept running; leaving it, by whatever way, stops them all.

    Inside, SIGTERM, SIGINT and SIGHUP leave by SystemExit with the code that a shell would show.
    If this process is killed without a chance to do anything, each child's tether ends it. To be
    used in the main thread, by one loop that calls `tend()` again and again, or by `run()`.

    :param kept_open: open files whose locks last until the last child has ended, not only until
        we have.
    """

    def __init__(self, *, kept_open: tuple[int, ...] = ()) -> None:
        self.kept_open = kept_open
        self.children: list[Child] = []

    def __enter__(self) -> Self:
        numbers = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # not under nohup
            numbers.append(signal.SIGHUP)
        self._handlers = {number: signal.signal(number, leave) for number in numbers}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        stack: TracebackType | None,
    ) -> None:
        # A second Ctrl-C must not leave half of them running; the grace bounds the wait anyway.
        for number in self._handlers:
            signal.signal(number, signal.SIG_IGN)
        try:
            self.stop()
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)

    def start(self, process: Process) -> Child:
        """Start a process and keep it running from now on."""
        child = Child(process, kept_open=self.kept_open)
        self.children.append(child)
        child.start()
        return child

    def dismiss(self, child: Child) -> None:
        """Stop one child for good and wait for it, as `stop` does for all."""
        self.children.remove(child)
        child.signal(signal.SIGTERM)
        child.wait()

    def tend(self) -> None:
        """Start again whatever has ended and waited long enough; does not block."""
        for child in self.children:
            child.tend()

    def run(self) -> NoReturn:
        """Tend the children until a signal comes."""
        while True:
            self.tend()
            time.sleep(GLANCE)

    def stop(self) -> None:
        """Stop all children and wait for them: SIGTERM, and after their grace SIGKILL."""
        for last in (False, True):
            wave = [child for child in self.children if child.process.outlives_others is last]
            for child in wave:
                child.signal(signal.SIGTERM)
            for child in wave:
                child.wait()
        self.children.clear()


def leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
