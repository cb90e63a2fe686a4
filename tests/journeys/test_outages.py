"""A database that cuts its connections, or is busy for too long, costs time and nothing else."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from django.db import connection

from apps.github.models import PullRequest
from apps.llm.models import LlmAnswer
from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.journeys.house import House, house
from tests.journeys.rows import rows_of
from tests.journeys.runs import (
    Rows,
    assert_whole,
    run_to_the_end,
    started_team,
    status_of,
    until_at,
)

pytestmark = [
    pytest.mark.workers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

LOCKED = "database is locked"
HOUSE = "a house"  # what its sessions are called: libpq reads PGAPPNAME
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[House]:
    """Two workers that wait for SQLite for a second only."""
    state = tmp_path_factory.mktemp("h")
    with house(
        state,
        page_seconds=0.2,
        answer_seconds=0.2,
        GITHUB_PAGE_SIZE="2",
        GITHUB_PARALLEL_MAX="2",
        LLM_BATCH_SIZE="2",
        SQLITE_TIMEOUT="1",
        PGAPPNAME=HOUSE,
    ) as running:
        running.start_worker()
        running.start_worker()
        yield running


def started_and_reading(home: House) -> Team:
    team = started_team(home)
    home.until(PullRequest.objects.filter(team=team).exists, what="the first pull request")
    assert status_of(team) == Status.SYNCING
    return team


def until_analysing(home: House, team: Team) -> None:
    answers = LlmAnswer.objects.filter(pull_request__team=team)
    home.until(answers.exists, what="the first answer")
    assert status_of(team) == Status.LLM_PROCESSING


def assert_as_if_undisturbed(home: House, team: Team, expected: Rows) -> None:
    run_to_the_end(home, team)
    assert_whole(home, team)
    assert rows_of(team) == expected


@pytest.mark.skipif(connection.vendor != "postgresql", reason="cuts PostgreSQL's connections")
def test_connections_that_are_cut_in_the_midst_of_a_step_change_nothing(outside, expected):
    home, team = outside, started_and_reading(outside)

    cut_all_of_the_house()
    until_analysing(home, team)
    cut_all_of_the_house()
    until_at(home, team, Status.BACKGROUND_SYNCING)
    cut_all_of_the_house()

    assert_as_if_undisturbed(home, team, expected)


def cut_all_of_the_house() -> None:
    """And none of the tests' own: in Playwright's event loop they have another than outside it."""
    with connection.cursor() as cursor:
        cursor.execute(CUT, [HOUSE])
        assert cursor.rowcount > 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one lock for all")
def test_a_database_that_is_locked_for_longer_than_anybody_waits_changes_nothing(outside, expected):
    home, team = outside, started_and_reading(outside)

    lock_until_refused(home)
    until_analysing(home, team)
    lock_until_refused(home)

    assert_as_if_undisturbed(home, team, expected)


def lock_until_refused(home: House) -> None:
    """Keep a transaction open, as another program may, until a worker has given up waiting."""
    before = home.worker_logs().count(LOCKED)
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        home.until(lambda: home.worker_logs().count(LOCKED) > before, what="a refusal")
        other.rollback()
