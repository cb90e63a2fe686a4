"""The house in which chaos happens: two workers, broker, database, GitHub, Groq and a mailbox."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings

from apps.operations import processes
from apps.operations.bench.chaos import lineage
from apps.operations.bench.chaos.pulse import Pulse
from apps.operations.bench.place import Place
from apps.operations.bench.servers import ServerUnusable
from apps.operations.ports import free_port
from apps.operations.stage import port_of
from apps.operations.supervise import Child
from apps.sandbox.control import Control
from apps.sandbox.github import TOKEN_PREFIX
from apps.sandbox.groq import KEY_PREFIX
from apps.sandbox.mail import MailSink, mail_sink
from apps.sandbox.server import Sandbox, running

WORKERS = ("worker-1", "worker-2")
GITHUB, GROQ, MAIL = OUTSIDE = ("GitHub", "Groq", "the mail server")
POOL = 2  # processes of each (WORKER_CONCURRENCY of `bench.place`)
BOOT_SECONDS = 30.0  # until a worker that is not ready is given up
RESTART_DELAY = 0.2  # seconds; a supervisor in the field is more patient with those that keep dying
SLOW_SECONDS = 1.5  # of the fault "slow": shorter than any timeout, and than H

NO_PROC = """\
This bench looks at processes in /proc, which this system does not have. Run it on Linux, or in \
a container."""

#: An impatient house: a run takes seconds, and a death must show in it. But nothing healthy may:
#: work that waits shows a sign every 5 seconds, and then may wait for SQLite's lock.
IMPATIENT: Mapping[str, str] = {
    "PIPELINE_SWEEP": "0.5",
    "PIPELINE_LOST_DISPATCH": "1",
    "PIPELINE_LOST_DISPATCH_MAX": "2",
    "PIPELINE_SILENCE": "7.5",
    "PIPELINE_BACKOFF": "0.2",
    "PIPELINE_BACKOFF_MAX": "1",
    "PIPELINE_HUNG": "9",
    "PIPELINE_DEAF_WORKER": "6",
    "OUTAGE_WAIT": "0.5",
    "SYNC_RETRY_DELAY": "0.05",
    "GITHUB_TIMEOUT": "3",
    "GROQ_TIMEOUT": "3",
    "EMAIL_TIMEOUT": "2",
    "SQLITE_TIMEOUT": "2",
    "DATABASE_IDLE_IN_TRANSACTION": "3",
}


def environment() -> Mapping[str, str]:
    """What chaos adds to its place: the invented outside, and impatience."""
    return {**IMPATIENT, **outside()}


def outside() -> Mapping[str, str]:
    """Where the invented GitHub, Groq and mail server will listen."""
    github, groq, mail = free_port(), free_port(), free_port()
    return {
        "GITHUB_API_URL": f"http://127.0.0.1:{github}",
        "GITHUB_GRAPHQL_URL": f"http://127.0.0.1:{github}/graphql",
        "GROQ_BASE_URL": f"http://127.0.0.1:{groq}",
        "GROQ_API_KEY": f"{KEY_PREFIX}_of_a_bench",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail}",
        # Small pieces, so that there are many places to die between them.
        "GITHUB_PAGE_SIZE": "5",
        "GITHUB_PARALLEL_MAX": "3",
        "LLM_BATCH_SIZE": "4",
        "LOG_LEVEL": "ERROR",  # of the bench itself; its workers tell more
    }


@dataclass
class House:
    """Its processes and servers, and what a monkey may do to them."""

    place: Place
    sandbox: Sandbox
    mail: MailSink
    workers: tuple[Child, ...]
    crash_points: Path  #: the folder in which the workers' crash points are armed
    pulse: Pulse

    def tend(self) -> None:
        """Start again what has ended; to be called again and again."""
        for child in self.place.supervisor.children:
            child.delay = RESTART_DELAY
        self.place.supervisor.tend()

    def token(self, name: str) -> str:
        """A token of its own for each team, so that its requests can be counted."""
        return f"{TOKEN_PREFIX}_{name}"

    def server_process(self, child: Child) -> int | None:
        """What a child's tether holds: a worker's main process, a server; None while down."""
        if child.popen is None or child.popen.poll() is not None:
            return None
        return next(iter(lineage.below(child.popen.pid)), None)

    def forks(self, worker: Child) -> list[int]:
        """What a worker's main process has forked: its pool, and its beat."""
        main = self.server_process(worker)
        return [] if main is None else lineage.below(main)

    def control(self, server: str) -> Control:
        """Of GITHUB, GROQ or MAIL."""
        controls = (self.sandbox.github, self.sandbox.groq, self.mail.control)
        return dict(zip(OUTSIDE, controls, strict=True))[server]

    def signal(self, number: signal.Signals, *pids: int | None) -> bool:
        """Send a signal to those that are there; False if none was."""
        struck = False
        for pid in pids:
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
                    struck = True
        return struck

    def wake(self) -> None:
        """Wake up whatever sleeps."""
        for process in lineage.belonging_to(self.place.folder):
            if process.state in "Tt":
                self.signal(signal.SIGCONT, process.pid)

    def heal(self) -> None:
        """End every fault that could still last, and disarm what has not struck."""
        self.wake()
        for server in OUTSIDE:
            self.control(server).change({"faults": {}, "forget": True})
        for armed in self.crash_points.glob("*"):
            if armed.suffix != ".struck":
                armed.unlink(missing_ok=True)

    def until(self, condition: Callable[[], object], *, seconds: float) -> bool:
        """Tend until the condition holds; False if it does not in that time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            self.tend()
            time.sleep(0.02)
        return True

    def dismiss(self) -> list[int]:
        """Stop the workers for good; the processes that are left, and should not be."""
        supervisor = self.place.supervisor
        for worker in self.workers:
            supervisor.children.remove(worker)
            worker.signal(signal.SIGTERM)
        for worker in self.workers:
            worker.wait()
        expected = {os.getpid()}
        for server in supervisor.children:
            if server.popen is not None:
                expected |= {server.popen.pid, *lineage.below(server.popen.pid)}
        return [p.pid for p in lineage.belonging_to(self.place.folder) if p.pid not in expected]

    def is_staffed(self) -> bool:
        """Whether every worker has its pool and its beat."""
        return all(len(self.forks(worker)) >= POOL + 1 for worker in self.workers)

    def has_pools(self) -> bool:
        """Whether every worker stands; Celery does not start again a beat that was killed."""
        return all(len(self.forks(worker)) >= POOL for worker in self.workers)


@contextmanager
def open_house(place: Place, *, page_seconds: float, answer_seconds: float) -> Iterator[House]:
    """
    Start the outside and two workers, each with a beat of its own, and wait until they stand.

    :raises ServerUnusable: if processes cannot be seen here, or the workers do not start.
    """
    if not lineage.is_possible():
        raise ServerUnusable(NO_PROC)
    crash_points = place.folder / "crash-points"
    crash_points.mkdir()
    sandboxes = running(
        small=True,
        github_port=port_of(settings.GITHUB_API_URL),
        groq_port=port_of(settings.GROQ_BASE_URL),
        page_seconds=page_seconds,
        answer_seconds=answer_seconds,
    )
    with sandboxes as sandbox, mail_sink(settings.EMAIL_PORT) as mail:
        for control in (sandbox.github, sandbox.groq):
            control.change({"slow_seconds": SLOW_SECONDS})
        workers = tuple(_start_worker(place, name, crash_points) for name in WORKERS)
        pulse = Pulse(place.folder / "pulse")
        place.supervisor.start(pulse.process())
        house = House(place, sandbox, mail, workers, crash_points, pulse)
        if not house.until(
            lambda: house.is_staffed() and not pulse.is_missed(), seconds=BOOT_SECONDS
        ):
            raise ServerUnusable("The workers did not start; see their logs with --keep.")
        yield house


def _start_worker(place: Place, name: str, crash_points: Path) -> Child:
    env = {"CRASH_POINTS": str(crash_points), "LOG_LEVEL": "INFO"}
    worker = processes.worker(beat=True, name=name, log=processes.log_path(name), grace=10.0)
    return place.supervisor.start(replace(worker, env=env))
