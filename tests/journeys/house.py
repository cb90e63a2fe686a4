"""A whole house for one test: sandbox, broker and worker as real processes, one database."""

import dataclasses
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import redis
from celery import Task
from django.conf import settings
from django.db import connection
from kombu import Connection

from apps.operations import processes
from apps.operations.bench import standstill
from apps.operations.bench.chaos import lineage
from apps.operations.bench.chaos.evidence import TAKEN
from apps.operations.embedded import server_process, wait_until_answering
from apps.operations.ports import free_port, wait_until_listening
from apps.operations.supervise import FIRST_DELAY, Child, Process, Supervisor
from config.broker import choose_broker

PATIENCE = 120.0  # seconds until a test gives up waiting
SERVICES = {"github": "GITHUB_API_URL", "groq": "GROQ_BASE_URL"}


class House:
    """Its processes, and what a monkey may do to them."""

    def __init__(self, supervisor: Supervisor, state: Path, env: dict[str, str]) -> None:
        self.supervisor = supervisor
        self.state = state
        self.env = env
        self.broker: redis.Redis
        self.broker_url = ""
        self.broker_server: Child | None = None  #: None where REDIS_URL names somebody else's
        self.workers: list[Child] = []

    def start(self, process: Process, **environment: str) -> Child:
        return self.supervisor.start(dataclasses.replace(process, env=self.env | environment))

    def start_worker(self, *, beat: bool = True, **environment: str) -> Child:
        """One more worker; with `beat`, one more timetable as well."""
        name = f"worker{len(self.workers)}"
        process = processes.worker(beat=beat, name=name, log=self.state / f"{name}.log", grace=20)
        self.workers.append(self.start(process, **environment))
        return self.workers[-1]

    def start_web(self, **environment: str) -> str:
        """Start the pages and return their address once somebody listens there."""
        port = free_port()
        self.start(processes.web(port, log=self.state / "web.log"), **environment)
        wait_until_listening(port, name="the web", seconds=60, tend=self.supervisor.tend)
        return f"http://127.0.0.1:{port}"

    def outside(self) -> dict[str, str]:
        """The settings by which a process asks this house's GitHub."""
        return {name: self.env[name] for name in ("GITHUB_API_URL", "GITHUB_GRAPHQL_URL")}

    def asked(self, service: str) -> dict[str, Any]:
        """What the sandbox's "github" or "groq" has counted since the last call; it forgets it."""
        stats: dict[str, Any] = httpx.get(f"{self.env[SERVICES[service]]}/__stats").json()
        self.control(service, clear=True)
        return stats

    def control(self, service: str, **wishes: Any) -> None:
        """Switch something in the sandbox: see apps/sandbox/control.py."""
        url = f"{self.env[SERVICES[service]]}/__control"
        httpx.post(url, json=wishes).raise_for_status()

    def send(self, task: Task) -> None:
        """What a timetable does when its time has come."""
        with Connection(self.broker_url) as connection:
            task.apply_async(connection=connection, queue="upkeep")

    def until(self, condition: Callable[[], object], *, what: str) -> None:
        """Wait while the supervisor tends its children; fail with the workers' last words."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.tend()
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for: {what}\n{self.worker_logs()[-3000:]}")
            time.sleep(0.02)

    def tend(self) -> None:
        """Start again what has ended; a monkey that kills often does not make it hesitate."""
        for child in self.supervisor.children:
            child.delay = FIRST_DELAY
        self.supervisor.tend()

    def kill_worker(self) -> None:
        """SIGKILL the first worker with all its processes; the supervisor starts a new one."""
        for pid in below(self.workers[0]):
            with suppress(ProcessLookupError):  # the tether kills what the first one leaves
                os.kill(pid, signal.SIGKILL)

    def kill_pool(self, worker: Child) -> None:
        """SIGKILL what a worker has forked, its timetable too; its main process goes on."""
        for pid in below(worker)[1:]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def hold_worker(self, worker: Child) -> None:
        """SIGSTOP a worker with all its processes, as a machine that is paused does."""
        standstill.hold(below(worker))

    def let_go(self, worker: Child) -> None:
        standstill.let_go(below(worker))

    def sleeping_worker(self) -> Child | None:
        """The first worker of which a SIGSTOP holds a process."""
        seen = lineage.all_processes()
        asleep = {pid for pid, process in seen.items() if process.state == "T"}
        return next((child for child in self.workers if asleep & set(below(child))), None)

    def mails_to(self, address: str) -> int:
        """How many mails have left for this address."""
        texts = [path.read_text() for path in (self.state / "mails").glob("*")]
        return sum(text.count(f"\nTo: {address}\n") for text in texts)

    def tickets_taken(self, team_id: int) -> list[int]:
        """The team's tickets that work was begun for, by what the workers have logged."""
        taken = TAKEN.findall(self.worker_logs())
        return sorted(int(ticket) for team, _, ticket in taken if int(team) == team_id)

    def worker_logs(self) -> str:
        return "".join(path.read_text() for path in sorted(self.state.glob("worker*.log")))


def below(child: Child) -> list[int]:
    """The command's own process, then everything below it; not the tether above it."""
    return [] if child.popen is None else lineage.below(child.popen.pid)  # None: between two starts


@contextmanager
def house(
    state: Path,
    *,
    own_broker: bool = False,
    page_seconds: float = 0.3,
    answer_seconds: float = 0.2,
    **environment: str,
) -> Iterator[House]:
    """
    Start sandbox and broker, not yet a worker. `environment` adds to what its processes get.

    Recovery is made impatient, so that a test of crashes takes seconds.

    :param own_broker: a server that the test may stop, whatever REDIS_URL says.
    """
    github_port, groq_port = free_port(), free_port()
    redis_url = "" if own_broker else os.environ.get("REDIS_URL", "")
    broker = choose_broker(redis_url, state)
    env = own_environment(state, github_port, groq_port, redis_url=redis_url) | environment
    with Supervisor() as supervisor:
        home = House(supervisor, state, env)
        home.broker_url = broker.url
        if broker.server:
            home.broker_server = supervisor.start(server_process(broker, log=state / "broker.log"))
            wait_until_answering(broker.socket, supervisor)
            home.broker = redis.Redis(unix_socket_path=broker.socket)
        else:
            home.broker = redis.Redis.from_url(broker.url)
            home.broker.flushdb()
        home.start(
            processes.python(
                "sandbox",
                *("manage.py", "sandbox", "--small"),
                *("--github-port", str(github_port), "--groq-port", str(groq_port)),
                *("--page-seconds", str(page_seconds), "--answer-seconds", str(answer_seconds)),
                log=state / "sandbox.log",
            )
        )
        for port in (github_port, groq_port):
            wait_until_listening(port, name="the sandbox", seconds=60, tend=supervisor.tend)
        yield home
        home.broker.close()


def own_environment(
    state: Path, github_port: int, groq_port: int, *, redis_url: str
) -> dict[str, str]:
    """The test's database and keys, the sandbox as the outside, and an impatient recovery."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "STATE_DIR": str(state),
        "DATABASE_URL": database_url(),
        "REDIS_URL": redis_url,
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
        "PIPELINE_HUNG": "6",
        "PIPELINE_BACKOFF": "1",
        "NIGHTLY_HOUR": "",  # a suite that runs at five in the morning is no other
    }


def database_url() -> str:
    """The database of this test, for another process."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    login = f"{config['USER']}:{config['PASSWORD']}" if config["PASSWORD"] else config["USER"]
    host, port = config["HOST"], config["PORT"]
    place = f"%2F{host.strip('/').replace('/', '%2F')}" if host.startswith("/") else host
    return f"postgres://{login}@{place}:{port}/{config['NAME']}"
