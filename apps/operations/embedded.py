"""The broker of a machine without configuration: a Valkey of our own, or files as a last resort."""

import stat
import sys
import time
from pathlib import Path
from typing import Protocol

import redis
from django.conf import settings

from apps.operations.supervise import Process, Supervisor

PATIENCE = 10.0  # seconds until a broker that does not answer is given up

NO_SERVER = """\
Warning: no Valkey or Redis server was found, so messages travel through files. That works, but
each step of the pipeline starts up to a second later. To avoid it, install valkey-server or
redis-server."""


class BrokerUnusable(Exception):
    """The broker cannot be started safely; the message is a sentence."""


class Broker(Protocol):
    """What `config.broker` has decided; apps see it as `settings.BROKER`."""

    @property
    def server(self) -> str: ...
    @property
    def socket(self) -> str: ...
    @property
    def folder(self) -> str: ...


def start_broker(supervisor: Supervisor, *, log: Path) -> None:
    """
    Start what the configured broker needs: nothing for Redis, a server or a folder otherwise.

    Several commands may share one state folder. Each brings a server, but a lock lets only one
    run; when that one's command ends, the next takes its place at the same socket.

    :raises BrokerUnusable: if its folder belongs to somebody else, or it does not answer.
    """
    broker: Broker = settings.BROKER
    if broker.folder:
        print(NO_SERVER, file=sys.stderr)  # noqa: T201 - for the person at the terminal
        make_private(Path(broker.folder))
        make_private(Path(broker.folder) / "control")
    if broker.server:
        make_private(Path(broker.socket).parent)
        supervisor.start(server_process(broker, log=log))
        wait_until_answering(broker.socket, supervisor)


def server_process(broker: Broker, *, log: Path) -> Process:
    """A server that listens on the socket only, and keeps nothing: the database is the truth."""
    socket = Path(broker.socket)
    return Process(
        name="broker",
        argv=(
            *(broker.server, "--port", "0"),
            *("--unixsocket", str(socket), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", str(socket.parent)),
        ),
        cwd=socket.parent,
        log=log,
        lock=socket.with_suffix(".lock"),
        outlives_others=True,
    )


def make_private(folder: Path) -> None:
    """
    Make a folder, or close an existing one, for everybody but this user.

    :raises BrokerUnusable: if it is not ours: whoever owns the folder could read the messages.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        folder.chmod(stat.S_IRWXU)
    except PermissionError as exc:
        raise BrokerUnusable(f"{folder} belongs to another user; set STATE_DIR.") from exc


def wait_until_answering(socket: str, supervisor: Supervisor) -> None:
    client = redis.Redis(unix_socket_path=socket, socket_timeout=1)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            client.ping()
        except redis.RedisError:
            supervisor.tend()
            time.sleep(0.05)
        else:
            client.close()
            return
    raise BrokerUnusable(f"The embedded broker did not answer at {socket}.")
