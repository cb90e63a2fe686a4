"""What one step of the pipeline asks of the database, statement by statement."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from celery.fixups.django import DjangoWorkerFixup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from apps.pipeline import receivers
from apps.pipeline.claims import Claim
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.nightly import refresh_due
from apps.pipeline.refreshes import refresh
from apps.pipeline.runner import run_step
from apps.pipeline.tasking import drop_broken_connections
from config.celery import app
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db(transaction=True)  # BEGIN and COMMIT are to be seen too

STEP = STEPS[Status.SYNCING]
CLAIM = ["UPDATE team RETURNING"]  # commits by itself
ADVANCE = ["BEGIN", "UPDATE team", "INSERT transition", "COMMIT"]
TABLES = {"transition": "pipeline_pipelinetransition", "team": "teams_team"}


def kinds(statements: list[str]) -> list[str]:
    """Each statement in one or two words: what it does, and to which table."""
    return [kind(statement) for statement in statements]


def kind(statement: str) -> str:
    verb = statement.split()[0].rstrip(";")
    table = next(
        (word for word, name in TABLES.items() if f'"{name}"' in statement.split("WHERE")[0]), ""
    )
    returning = "RETURNING" if verb == "UPDATE" and "RETURNING" in statement else ""
    return " ".join(filter(None, (verb, table, returning)))


@pytest.fixture
def statements_of(monkeypatch) -> Callable[..., list[str]]:
    """Run a whole step, its message left out, and return the statements it took."""
    monkeypatch.setattr(receivers, "publish", lambda *_args, **_kwargs: None)

    def run(work: Callable[[Claim], None] = lambda claim: None, *, ticket: int = 1) -> list[str]:
        team = TeamFactory(onboarding_pipeline_status=Status.SYNCING, pipeline_ticket=1)
        with CaptureQueriesContext(connection) as queries:
            run_step(work, task=STEP.task, team_id=team.pk, ticket=ticket, task_id="")
        return [query["sql"] for query in queries]

    return run


def test_a_step_without_work_is_a_claim_and_an_advance(statements_of):
    assert kinds(statements_of()) == [*CLAIM, *ADVANCE]


def test_a_batch_adds_one_statement_and_its_transaction(statements_of):
    def work(claim: Claim) -> None:
        with claim.batch():
            pass

    assert kinds(statements_of(work)) == [*CLAIM, "BEGIN", "UPDATE team", "COMMIT", *ADVANCE]


def test_a_ticket_that_is_stale_costs_one_statement(statements_of):
    assert kinds(statements_of(ticket=7)) == CLAIM


def test_a_move_is_stored_only_if_status_and_ticket_are_those_that_were_read(statements_of):
    (update,) = [each for each in statements_of()[1:] if each.startswith("UPDATE")]

    condition = update.split("WHERE")[1]
    assert '"onboarding_pipeline_status" = ' in condition
    assert '"pipeline_ticket" = ' in condition


def test_an_update_begins_by_one_look_and_one_move(monkeypatch):
    monkeypatch.setattr(receivers, "publish", lambda *_args, **_kwargs: None)
    team = TeamFactory(
        onboarding_pipeline_status=Status.COMPLETE, phase1_completed_at=datetime.now(UTC)
    )

    with CaptureQueriesContext(connection) as queries:
        assert refresh(team.pk, ticket=0, actor="nightly")

    statements = kinds([query["sql"] for query in queries])
    assert statements == ["BEGIN", "SELECT team", "UPDATE team", "INSERT transition", "COMMIT"]


def test_a_night_in_which_nobody_is_due_costs_two_statements(
    monkeypatch, settings, django_assert_num_queries
):
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": 5}
    TeamFactory(
        onboarding_pipeline_status=Status.COMPLETE,
        onboarding_pipeline_started_at=datetime.now(UTC),
        phase1_completed_at=datetime.now(UTC),
    )

    with django_assert_num_queries(2):  # the clock, and who is due
        assert refresh_due() == []


def between_two_tasks(fixup: DjangoWorkerFixup) -> None:
    """What a worker's process does about its connection when one task ends and another begins."""
    task = import_string(STEP.task)
    fixup.on_task_postrun(sender=task)
    fixup.on_task_prerun(sender=task)
    drop_broken_connections(sender=task)


def test_the_next_task_of_a_process_goes_on_with_its_connection(statements_of):
    statements_of()
    first = connection.connection

    between_two_tasks(DjangoWorkerFixup(app))
    statements_of()

    assert first is not None
    assert connection.connection is first


def test_without_our_setting_celery_would_close_it(statements_of):
    statements_of()
    fixup = DjangoWorkerFixup(app)
    fixup.db_reuse_max = None

    between_two_tasks(fixup)

    assert connection.connection is None
