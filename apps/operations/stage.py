"""Turning this process into the demo, and starting the demo's cast."""

import os
import sys
from typing import NoReturn
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command

from apps.accounts.demo import demo_user
from apps.operations import processes
from apps.operations.demo import Latencies, Ports, claim_place, environment
from apps.operations.embedded import start_broker
from apps.operations.ports import claim_port, free_port, wait_until_listening
from apps.operations.supervise import Supervisor
from apps.teams.models import Team

PORT = 8000
PATIENCE = 60.0  # seconds until a server that does not listen is given up


class OthersTeams(Exception):
    """The configured database is somebody's; the message is a sentence."""


def become_the_demo(port: int | None, *, once: bool) -> NoReturn:
    """
    Replace this process by the same command with the demo's settings.

    Settings are read when a process starts, so a database of its own needs a start of its own.

    :raises PortTaken: if somebody listens on the port that was asked for.
    """
    web = free_port(PORT) if port is None else claim_port(port)
    ports = Ports(
        web=web, github=free_port(), groq=free_port(), jira=free_port(), slack=free_port()
    )
    place = claim_place(settings.STATE_DIR)
    again = ["manage.py", "demo", *(["--once"] if once else []), "--claimed", str(place.lock)]
    own_database = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    env = environment(place.folder, ports, own_database=own_database)
    os.chdir(settings.BASE_DIR)
    os.execve(  # noqa: S606 - our own interpreter, no shell
        sys.executable,
        [sys.executable, *again],
        {**os.environ, **env},
    )


def start_outside(supervisor: Supervisor, latencies: Latencies) -> None:
    """The invented outside world, at the ports that the settings name."""
    supervisor.start(
        processes.sandbox(
            github_port=port_of(settings.GITHUB_API_URL),
            groq_port=port_of(settings.GROQ_BASE_URL),
            jira_port=port_of(settings.JIRA_API_URL),
            slack_port=port_of(settings.SLACK_API_URL),
            page_seconds=latencies.page,
            answer_seconds=latencies.answer,
            log=processes.log_path("sandbox"),
        )
    )


def start_inside(supervisor: Supervisor) -> None:
    """The broker, the tables, a worker with the timetable; then wait for the outside."""
    start_broker(supervisor, log=processes.log_path("broker"))
    call_command("migrate", verbosity=0, interactive=False)
    refuse_to_mix()
    forget_last_demo()
    supervisor.start(processes.worker(beat=True, log=processes.log_path("worker")))
    outside = (settings.GITHUB_API_URL, settings.GROQ_BASE_URL)
    for url in (*outside, settings.JIRA_API_URL, settings.SLACK_API_URL):
        await_port(supervisor, url, name="The sandbox")


def start_pages(supervisor: Supervisor) -> None:
    """The web server, at the address that the settings name."""
    port = port_of(settings.PUBLIC_URL)
    supervisor.start(processes.web(port, log=processes.log_path("web")))
    await_port(supervisor, settings.PUBLIC_URL, name="The web server")


def await_port(supervisor: Supervisor, url: str, *, name: str) -> None:
    wait_until_listening(port_of(url), name=name, seconds=PATIENCE, tend=supervisor.tend)


def refuse_to_mix() -> None:
    """
    Only a database without other people's teams may carry a demo.

    The demo's worker would take their steps too, and ask the invented GitHub about them.

    :raises OthersTeams: if a configured database has teams that are not the demo user's.
    """
    others = Team.objects.exclude(people=demo_user()).count()
    if others:
        raise OthersTeams(
            f"The configured database holds {others} teams that are not the demo's. "
            "Run the demo without DATABASE_URL and REDIS_URL: it then brings its own."
        )


def forget_last_demo() -> None:
    """Delete the demo user's teams: in a configured database they outlive the demo."""
    Team.objects.filter(people=demo_user()).delete()


def port_of(url: str) -> int:
    port = urlsplit(url).port
    if port is None:
        raise ValueError(f"{url} names no port")
    return port
