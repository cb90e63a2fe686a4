"""Workers that are there and do nothing: what hangs is ended, and what is deaf is replaced."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.models import F

from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.journeys.house import House, below, house
from tests.journeys.runs import assert_whole, run_to_the_end, started_team

pytestmark = [
    pytest.mark.workers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A single worker, of two processes, that soon loses patience with itself."""
    with house(
        tmp_path / "h",
        page_seconds=0.02,
        answer_seconds=0.02,
        # One for each team: who stands in line for longer than HUNG seems to hang.
        GITHUB_PARALLEL_MAX="2",
        PIPELINE_SWEEP="0.5",
        PIPELINE_SILENCE="2",
        PIPELINE_HUNG="2",
        PIPELINE_DEAF_WORKER="3",
        SQLITE_TIMEOUT="5",
        DATABASE_IDLE_IN_TRANSACTION="1",
    ) as running:
        running.start_worker(beat=False)
        running.until(lambda: "ready." in running.worker_logs(), what="the worker")
        yield running


def stop_the_pool(home: House) -> None:
    """SIGSTOP all that the worker has forked; its main process goes on, and hears messages."""
    for pid in below(home.workers[0])[1:]:
        os.kill(pid, signal.SIGSTOP)


def test_a_worker_whose_idle_processes_have_stopped_is_replaced(outside):
    home = outside
    stop_the_pool(home)

    team = started_team(home)
    run_to_the_end(home, team)

    assert_whole(home, team)
    assert home.workers[0].starts == 2


def test_a_worker_whose_processes_have_stopped_in_the_midst_of_their_steps_ends_them(outside):
    home = outside
    home.control("github", seconds=1)
    teams = [started_team(home), started_team(home)]
    taken = Team.objects.filter(
        onboarding_pipeline_status=Status.SYNCING, pipeline_claimed=F("pipeline_ticket")
    )
    home.until(lambda: taken.count() == len(teams), what="both in the midst of their sync")

    stop_the_pool(home)
    home.control("github", seconds=0.02)

    for team in teams:
        run_to_the_end(home, team)
        assert_whole(home, team)
    assert home.worker_logs().count("hangs: killing process") == 2
    assert home.workers[0].starts == 1
