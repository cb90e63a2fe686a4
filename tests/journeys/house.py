"""A whole house for one test: sandbox, broker and worker as real processes, one database."""

import dataclasses
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from apps.operations import processes
from apps.operations.embedded import server_process, wait_until_answering
from apps.operations.ports import free_port, wait_until_listening
from apps.operations.supervise import Child, Process, Supervisor
from config.broker import choose_broker

PATIENCE = 120.0  # seconds until a test gives up waiting


class House:
    """Its processes, and what a monkey may do to them."""

    def __init__(self, supervisor: Supervisor, state: Path, env: dict[str, str]) -> None:
        self.supervisor = supervisor
        self.state = state
        self.env = env
        self.broker: redis.Redis
        self.worker: Child | None = None

    def start(self, process: Process) -> Child:
        return self.supervisor.start(dataclasses.replace(process, env=self.env))

    def start_worker(self) -> None:
        self.worker = self.start(processes.worker(beat=True, log=self.state / "worker.log"))

    def until(self, condition: Callable[[], object], *, what: str) -> None:
        """Wait while the supervisor tends its children; fail with the worker's last words."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.supervisor.tend()
            if time.monotonic() > deadline:
                log = (self.state / "worker.log").read_text()[-3000:]
                raise AssertionError(f"waited in vain for: {what}\n{log}")
            time.sleep(0.02)

    def kill_worker(self) -> None:
        """SIGKILL the worker with all its pool processes; the supervisor starts a new one."""
        assert self.worker is not None
        for pid in self.worker_pids():
            with suppress(ProcessLookupError):  # the tether kills what the first one leaves
                os.kill(pid, signal.SIGKILL)

    def kill_pool_children(self) -> None:
        """SIGKILL the pool processes alone: the worker's main process goes on."""
        for pid in self.worker_pids()[1:]:
            os.kill(pid, signal.SIGKILL)

    def mails_to(self, address: str) -> int:
        """How many mails have left for this address."""
        texts = [path.read_text() for path in (self.state / "mails").glob("*")]
        return sum(text.count(f"\nTo: {address}\n") for text in texts)

    def worker_pids(self) -> list[int]:
        """The worker's main process, then everything below it; not the tether above it."""
        assert self.worker is not None
        assert self.worker.popen is not None
        found, level = [], [self.worker.popen.pid]
        while level:
            children = [child for pid in level for child in children_of(pid)]
            found += children
            level = children
        return found


def children_of(pid: int) -> list[int]:
    out = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in out.stdout.split()]


@contextmanager
def house(state: Path, **environment: str) -> Iterator[House]:
    """
    Start sandbox and broker, not yet a worker. `environment` adds to what its processes get.

    Recovery is made impatient, so that a test of crashes takes seconds.
    """
    github_port, groq_port = free_port(), free_port()
    broker = choose_broker(os.environ.get("REDIS_URL", ""), state)
    env = own_environment(state, github_port, groq_port) | environment
    with Supervisor() as supervisor:
        home = House(supervisor, state, env)
        if broker.server:
            supervisor.start(server_process(broker, log=state / "broker.log"))
            wait_until_answering(broker.socket, supervisor)
            home.broker = redis.Redis(unix_socket_path=broker.socket)
        else:
            home.broker = redis.Redis.from_url(broker.url)
            home.broker.flushdb()
        home.start(sandbox(github_port, groq_port, state))
        for port in (github_port, groq_port):
            wait_until_listening(port, name="the sandbox", seconds=60, tend=supervisor.tend)
        yield home


def own_environment(state: Path, github_port: int, groq_port: int) -> dict[str, str]:
    """The test's database and keys, the sandbox as the outside, and an impatient recovery."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "STATE_DIR": str(state),
        "DATABASE_URL": database_url(),
        "REDIS_URL": os.environ.get("REDIS_URL", ""),
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
        "GITHUB_API_URL": f"http://127.0.0.1:{github_port}",
        "GITHUB_GRAPHQL_URL": f"http://127.0.0.1:{github_port}/graphql",
        "GROQ_BASE_URL": f"http://127.0.0.1:{groq_port}",
        "GROQ_API_KEY": "gsk_sandbox",
        "EMAIL_URL": f"filemail:///{state / 'mails'}",
        "PIPELINE_SWEEP": "1",
        "PIPELINE_LOST_DISPATCH": "1",
        "PIPELINE_LOST_DISPATCH_MAX": "4",
        "PIPELINE_SILENCE": "6",
        "PIPELINE_BACKOFF": "1",
    }


def sandbox(github_port: int, groq_port: int, state: Path) -> Process:
    return processes.python(
        "sandbox",
        *("manage.py", "sandbox", "--small"),
        *("--github-port", str(github_port), "--groq-port", str(groq_port)),
        *("--page-seconds", "0.3", "--answer-seconds", "0.2"),
        log=state / "sandbox.log",
    )


def database_url() -> str:
    """The database of this test, for another process."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    login = f"{config['USER']}:{config['PASSWORD']}" if config["PASSWORD"] else config["USER"]
    host, port = config["HOST"], config["PORT"]
    place = f"%2F{host.strip('/').replace('/', '%2F')}" if host.startswith("/") else host
    return f"postgres://{login}@{place}:{port}/{config['NAME']}"
