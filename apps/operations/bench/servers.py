"""A PostgreSQL server and a broker that live in a bench's folder and die with it."""

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import OperationalError, connection

from apps.operations.embedded import Broker, server_process, wait_until_answering
from apps.operations.processes import log_path
from apps.operations.supervise import Child, Process, Supervisor

PATIENCE = 30.0  # seconds until a server that does not answer is given up
SUPERUSER = "mergelight"
UNPRIVILEGED = "postgres"  # the user that Debian's package makes; the server refuses to be root

NO_POSTGRES = """\
No PostgreSQL server was found. Install postgresql, or give --database sqlite."""
NO_BROKER = """\
No Valkey or Redis server was found, and a bench needs one. Install valkey-server or \
redis-server."""


class ServerUnusable(Exception):
    """A bench's server is missing or does not start; the message is a sentence."""


def postgres_binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: of PATH, else Debian's newest; None if missing."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(folders, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


def postgres_url(folder: Path) -> str:
    """
    The address of this folder's server: a socket in it, no port.

    Everybody who reaches the socket is superuser without a password, so the folder must be private.
    """
    return f"postgres://{SUPERUSER}@/{quote(str(folder))}/postgres"


def start_postgres(supervisor: Supervisor, folder: Path, *, durable: bool) -> Child:
    """
    Make a cluster in the folder, start it and wait until it answers at `postgres_url(folder)`.

    As root the folder is given to the user postgres, as whom the server then runs.

    :param durable: wait for the disk at each commit, as production does.
    :raises ServerUnusable: if there are no binaries, or the server does not come up.
    """
    binaries = postgres_binaries()
    if binaries is None:
        raise ServerUnusable(NO_POSTGRES)
    as_user = _unprivileged(folder)
    cluster = folder / "postgres"
    _make_cluster((*as_user, str(binaries / "initdb")), cluster)
    child = supervisor.start(
        Process(
            name="postgres",
            argv=(
                *(*as_user, str(binaries / "postgres"), "-D", str(cluster)),
                *("-k", str(folder), "-c", "listen_addresses="),
                *("-c", f"fsync={'on' if durable else 'off'}"),
            ),
            cwd=folder,
            log=log_path("postgres"),
            grace=3.0,
            outlives_others=True,
        )
    )
    _wait_for_database(supervisor)
    return child


def start_broker(supervisor: Supervisor) -> Child:
    """
    Start the embedded broker of the settings and wait until it answers.

    :raises ServerUnusable: if this machine has no Valkey and no Redis.
    """
    broker: Broker = settings.BROKER
    if not broker.server:
        raise ServerUnusable(NO_BROKER)
    child = supervisor.start(server_process(broker, log=log_path("broker")))
    wait_until_answering(broker.socket, supervisor)
    return child


def _unprivileged(folder: Path) -> tuple[str, ...]:
    """What to write before a command of PostgreSQL's; makes the folder its user's."""
    if os.geteuid() != 0:
        return ()
    try:
        user = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as exc:
        raise ServerUnusable(
            f"PostgreSQL does not run as root, and there is no user {UNPRIVILEGED}. "
            "Run this as another user, or give --database sqlite."
        ) from exc
    os.chown(folder, user.pw_uid, user.pw_gid)
    as_user = (f"--reuid={UNPRIVILEGED}", f"--regid={UNPRIVILEGED}", "--clear-groups")
    return ("setpriv", *as_user, "--pdeathsig", "TERM")


def _make_cluster(initdb: tuple[str, ...], cluster: Path) -> None:
    made = subprocess.run(  # noqa: S603 - our own command line, no shell
        [
            *(*initdb, "-D", str(cluster), "-U", SUPERUSER, "--auth=trust"),
            *("-E", "UTF8", "--no-locale", "--no-sync"),
        ],
        cwd=cluster.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise ServerUnusable(f"PostgreSQL's initdb failed: {made.stderr.strip()}")


def _wait_for_database(supervisor: Supervisor) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as exc:
            if time.monotonic() > deadline:
                raise ServerUnusable(f"PostgreSQL did not answer: {exc}") from exc
            supervisor.tend()
            time.sleep(0.05)
        else:
            return
