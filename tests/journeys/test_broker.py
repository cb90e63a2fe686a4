"""A broker that is not there, or never answers, holds nobody up and loses nothing."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.factories import TeamFactory
from tests.journeys.house import House, below, database_url, house
from tests.journeys.rows import tickets_of
from tests.journeys.runs import (
    assert_whole,
    connected_team,
    names,
    run_to_the_end,
    status_of,
)
from tests.journeys.visitor import visitor

pytestmark = [pytest.mark.workers, pytest.mark.django_db(transaction=True)]

#: What the web does when somebody starts an import.
START = """
from apps.pipeline.moves import move
from apps.pipeline.standing import standing_of
print(standing_of(move({team}, "start", actor="web")).label)
"""
DEFAULT_PATIENCE = 60  # seconds; with Celery's defaults `apply_async` does not return in these


@pytest.fixture
def black_hole() -> Iterator[str]:
    """A broker that lets you connect, and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.fixture
def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}/0"


@pytest.mark.parametrize("broker", ["black_hole", "closed_port"])
def test_a_start_is_stored_and_answered_without_a_broker(broker, request, tmp_path):
    team = TeamFactory()
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "STATE_DIR": str(tmp_path),
        "DATABASE_URL": database_url(),
        "REDIS_URL": request.getfixturevalue(broker),
    }

    started = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", START.format(team=team.pk)],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEFAULT_PATIENCE,
    )

    assert started.stdout.strip() == "Fetching members", started.stderr
    assert "was not sent" in started.stderr
    stored = Team.objects.get(pk=team.pk)
    assert stored.onboarding_pipeline_status == Status.SYNCING_MEMBERS
    assert (stored.pipeline_ticket, stored.pipeline_claimed) == (1, 0)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A house whose broker may be stopped."""
    quick = {"page_seconds": 0.05, "answer_seconds": 0.05}
    with house(tmp_path / "s", own_broker=True, **quick) as running:
        yield running


@contextmanager
def broker_held(home: House) -> Iterator[None]:
    """Meanwhile the broker lets everybody connect and write, and never answers: a black hole."""
    assert home.broker_server is not None
    (server,) = below(home.broker_server)
    os.kill(server, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server, signal.SIGCONT)


def test_a_start_on_the_page_is_answered_by_a_black_hole_and_runs_when_the_broker_is_back(outside):
    home, team = outside, connected_team(outside)
    home.start_worker()
    home.until(lambda: "ready." in home.worker_logs(), what="the worker")

    with visitor(home.start_web(), team) as person:
        with broker_held(home):
            answer = person.start(names(home))  # within the browser's patience, as all of it
            assert answer.status_code == httpx.codes.FOUND
            assert status_of(team) == Status.SYNCING_MEMBERS
            while len(tickets_of(team)) < 3:  # who watches has it sent again, in vain
                assert "The import is starting" in person.page("onboarding:status")
            assert home.tickets_taken(team.pk) == []
        run_to_the_end(home, team)
        assert_whole(home, team)
        with broker_held(home):
            assert "are read" in person.page("onboarding:status")
            assert person.page("dashboard:overview")
