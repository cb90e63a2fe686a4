"""The demo's own place: a folder, a database and an outside world that are nobody else's."""

import fcntl
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType

from apps.operations.ports import HOST
from apps.sandbox.jira.sign_in import CLIENT_ID as JIRA_CLIENT_ID
from apps.sandbox.jira.sign_in import CLIENT_SECRET as JIRA_CLIENT_SECRET
from apps.sandbox.server import Sandbox
from apps.sandbox.slack.workspace import CLIENT_ID as SLACK_CLIENT_ID
from apps.sandbox.slack.workspace import CLIENT_SECRET as SLACK_CLIENT_SECRET

LOCK = "demo.lock"


@dataclass(frozen=True)
class Latencies:
    """How long the sandbox takes, in seconds."""

    page: float
    answer: float


#: About what GitHub and Groq take: whoever watches sees an honest wait.
HONEST = Latencies(page=1.0, answer=1.2)
FAST = Latencies(page=0.05, answer=0.02)


@dataclass(frozen=True)
class Ports:
    web: int
    github: int
    groq: int
    jira: int
    slack: int


@dataclass(frozen=True)
class Place:
    """A folder that is this demo's, and the open file whose lock says so."""

    folder: Path
    lock: int


def claim_place(state: Path) -> Place:
    """
    Take `demo` in the state folder, or `demo-2` while another demo runs there, and empty it.

    The lock stays with this process, whatever it becomes by exec, and with each tether that
    inherits it: a folder is free again when nothing of its demo is left.
    """
    for number in count(1):
        folder = state / ("demo" if number == 1 else f"demo-{number}")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.set_inheritable(handle, True)
            _empty(folder)
            return Place(folder, handle)
        os.close(handle)
    raise AssertionError("count() does not end")


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def environment(folder: Path, ports: Ports, *, own_database: bool) -> Mapping[str, str]:
    """
    What makes every process of the demo part of it, whatever the machine is configured for.

    :param own_database: False keeps a configured DATABASE_URL, and REDIS_URL with it: the demo
        then runs as production does. A Redis alone is not used: its workers know another database.
    """
    database = f"sqlite:///{folder / 'db.sqlite3'}"
    own = {"DATABASE_URL": database, "REDIS_URL": ""} if own_database else {}
    return MappingProxyType(
        {
            **own,
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "STATE_DIR": str(folder),
            "DEMO_MODE": "1",
            "DEMO_TOKEN": Sandbox.token,
            "DEBUG": "0",
            "ALLOWED_HOSTS": f"localhost,{HOST}",
            "PUBLIC_URL": web_url(ports),
            "EMAIL_URL": f"filemail:///{folder / 'mails'}",
            "GITHUB_API_URL": f"http://{HOST}:{ports.github}",
            "GITHUB_GRAPHQL_URL": f"http://{HOST}:{ports.github}/graphql",
            "GROQ_BASE_URL": f"http://{HOST}:{ports.groq}",
            "GROQ_API_KEY": Sandbox.key,
            "JIRA_AUTH_URL": f"http://{HOST}:{ports.jira}",
            "JIRA_API_URL": f"http://{HOST}:{ports.jira}",
            "JIRA_FORM_TARGETS": "",
            "JIRA_CLIENT_ID": JIRA_CLIENT_ID,
            "JIRA_CLIENT_SECRET": JIRA_CLIENT_SECRET,
            "SLACK_API_URL": f"http://{HOST}:{ports.slack}/api",
            "SLACK_AUTHORIZE_URL": f"http://{HOST}:{ports.slack}/oauth/v2/authorize",
            "SLACK_CLIENT_ID": SLACK_CLIENT_ID,
            "SLACK_CLIENT_SECRET": SLACK_CLIENT_SECRET,
        }
    )


def web_url(ports: Ports) -> str:
    return f"http://{HOST}:{ports.web}"
