"""A bench's own place: a private folder with a database, a broker and settings of its own."""

import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NoReturn

import redis
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from apps.operations.bench.servers import postgres_url, start_broker, start_postgres
from apps.operations.supervise import Child, Supervisor

Database = Literal["sqlite", "postgres"]
PREFIX = "mergelight-bench-"
NOWHERE = "http://127.0.0.1:9"  # the port "discard": whoever asks is refused at once
CONFIGURABLE = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)  # in `.env.example`
#: Blocked while one process becomes another, in which nobody could tidy up.
INTERRUPTIONS = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


class NotABench(Exception):
    """This process has other settings than its folder's; the message is a sentence."""


@dataclass(frozen=True)
class Place:
    """
    Where a bench runs. Its servers run already; its database is migrated and empty.

    Whatever `supervisor` starts inherits this process's environment, so it belongs to the place
    without being told. Logs go to `apps.operations.processes.log_path`.
    """

    folder: Path
    database: Database
    durable: bool  #: PostgreSQL waits for its disk
    seed: int
    supervisor: Supervisor
    broker: Child
    postgres: Child | None  #: None on SQLite

    def broker_client(self) -> redis.Redis:
        """A new connection to the broker's server."""
        return redis.Redis(unix_socket_path=settings.BROKER.socket)


def become_the_bench(
    arguments: Sequence[str], *, database: Database, more: Mapping[str, str]
) -> NoReturn:
    """
    Replace this process by the same command inside a new private folder.

    Settings are read when a process starts, so a database of its own needs a start of its own.

    :param arguments: of `manage.py`; `--inside` and the folder are added.
    :param more: environment of this bench, beside what every bench has.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))  # made with mode 0700
    env = {**unconfigured(os.environ), **environment(folder, database), **more}
    os.chdir(settings.BASE_DIR)
    signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTIONS)  # until `open_place`
    command = [sys.executable, "manage.py", *arguments, "--inside", str(folder)]
    os.execve(sys.executable, command, env)  # noqa: S606 - no shell


def unconfigured(environ: Mapping[str, str]) -> dict[str, str]:
    """This environment without anything that Mergelight can be configured by."""
    names = CONFIGURABLE.findall((settings.BASE_DIR / ".env.example").read_text())
    ours = {*names, *(f"{name}_FILE" for name in names)}
    return {name: value for name, value in environ.items() if name not in ours}


def environment(folder: Path, database: Database) -> Mapping[str, str]:
    """What makes every process part of the bench; what is not named here has its default."""
    sqlite = f"sqlite:///{folder / 'db.sqlite3'}"
    return MappingProxyType(
        {
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "DOTENV": "",  # no file
            "STATE_DIR": str(folder),  # with the broker's socket, keys and mails
            "DATABASE_URL": sqlite if database == "sqlite" else postgres_url(folder),
            "WORKER_CONCURRENCY": "2",  # what benches count on
            "NIGHTLY_HOUR": "",  # nor on a run that nobody has asked for
            "TMPDIR": str(folder),  # what processes leave behind that are killed
            "GITHUB_API_URL": NOWHERE,
            "GITHUB_GRAPHQL_URL": f"{NOWHERE}/graphql",
            "GROQ_BASE_URL": NOWHERE,
        }
    )


@contextmanager
def open_place(
    folder: Path, *, database: Database, seed: int, durable: bool, keep: bool
) -> Iterator[Place]:
    """
    Start the place's servers and migrate; stop everything at the end and remove the folder.

    A signal ends it as `Supervisor` says.

    :raises NotABench: if the settings are not those of the folder.
    :raises ServerUnusable: if a server is missing or does not start.
    """
    if folder.resolve() != settings.STATE_DIR or not folder.name.startswith(PREFIX):
        raise NotABench("--inside is for the command itself; leave it out.")
    try:
        with Supervisor() as supervisor:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTIONS)
            try:
                postgres = None
                if database == "postgres":
                    postgres = start_postgres(supervisor, folder, durable=durable)
                broker = start_broker(supervisor)
                call_command("migrate", verbosity=0, interactive=False)
                yield Place(folder, database, durable, seed, supervisor, broker, postgres)
            finally:
                connections.close_all()  # PostgreSQL waits for its last client before it ends
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
