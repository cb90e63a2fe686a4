"""A broker that is not there, or never answers, holds nobody up and loses nothing."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings

from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.factories import TeamFactory
from tests.journeys.house import database_url

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
