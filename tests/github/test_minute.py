"""The timetable's minute: what it costs where nothing was told, and that nothing in it stops it."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.github.models import Connection, Delivery, PullRequestKey, TrackedRepository
from apps.github.webhooks import deliveries, touched
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.github import hooks
from tests.github.hooks import keys_of, send

pytestmark = pytest.mark.usefixtures("hints")

TEAMS = 1_000


@pytest.fixture
def thousand(db):
    """A thousand teams at rest, each with two repositories of ten pull requests."""
    now = timezone.now()
    teams = [Team(name=f"Team {n}", slug=f"team-{n}") for n in range(TEAMS)]
    Team.objects.bulk_create(teams)
    rows().update(
        onboarding_pipeline_status=Status.COMPLETE,
        onboarding_pipeline_started_at=now - timedelta(hours=1),
        phase1_completed_at=now - timedelta(days=1),
    )
    Connection.objects.bulk_create(Connection(team=team, account_login="acme") for team in teams)
    repositories = TrackedRepository.objects.bulk_create(
        TrackedRepository(team=team, name_with_owner=f"acme/{n}", github_id=n)
        for n in (1, 2)
        for team in teams
    )
    PullRequestKey.objects.bulk_create(
        PullRequestKey(repository=row, node_id=f"PR_{n}", number=n, updated_at=now, state="done")
        for row in repositories
        for n in range(10)
    )
    PipelineTransition.objects.bulk_create(
        PipelineTransition(team=team, ticket=ticket, run=1, verb="advance", actor="worker")
        for ticket in range(1, 11)
        for team in teams
    )
    Delivery.objects.bulk_create(
        Delivery(delivery_id=str(n), event="pull_request", number=1, taken_in_at=now)
        for n in range(TEAMS)
    )


def statements_of_a_minute():
    with CaptureQueriesContext(database) as asked:
        deliveries.upkeep()
    statements = [query["sql"] for query in asked.captured_queries]
    return [one for one in statements if "SAVEPOINT" not in one]


def test_nothing_told_to_a_thousand_teams_costs_five_looks(thousand):
    statements = statements_of_a_minute()

    assert len(statements) == 5
    assert all(one.startswith("SELECT") for one in statements)


@pytest.mark.skipif(database.vendor != "postgresql", reason="reads PostgreSQL's plans")
def test_those_looks_read_no_table_from_end_to_end(thousand):
    statements = statements_of_a_minute()
    with database.cursor() as cursor:
        cursor.execute("ANALYZE")
        for statement in statements:
            cursor.execute(f"EXPLAIN {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, plan


# --- What fails -----------------------------------------------------------------------------------


@pytest.fixture
def poison(monkeypatch):
    """`poison(number)`: pull requests of this number cannot be marked."""

    def of(number):
        real = touched.mark

        def mark(batch):
            if number in {delivery.number for delivery in batch}:
                raise RuntimeError("poison")
            real(batch)

        monkeypatch.setattr(touched, "mark", mark)

    return of


def test_one_of_a_batch_that_cannot_be_taken_in_keeps_no_other_waiting(web, client, poison, caplog):
    for number in (1, 2, 3):
        send(client, "pull_request", hooks.pull_request(web, number))
    poison(1)

    deliveries.take_in()

    assert set(keys_of(web)) == {2, 3}
    assert Delivery.objects.get(taken_in_at=None).number == 1
    assert "cannot be taken in" in caplog.text


def test_what_fails_is_tried_again_each_minute_and_set_aside_in_the_end(web, client, poison):
    send(client, "pull_request", hooks.pull_request(web, 1))
    poison(1)

    for _ in range(deliveries.MOST_FAILURES - 1):
        deliveries.upkeep()
    deliveries.take_in()  # a hint, which is for what is new
    row = Delivery.objects.get()
    assert (row.failures, row.taken_in_at) == (deliveries.MOST_FAILURES - 1, None)

    deliveries.upkeep()

    row.refresh_from_db()
    assert row.failures == deliveries.MOST_FAILURES
    assert row.taken_in_at is not None
    assert keys_of(web) == {}


def test_what_was_a_trouble_of_the_moment_is_taken_in_by_a_later_minute(
    web, client, poison, monkeypatch
):
    send(client, "pull_request", hooks.pull_request(web, 1))
    poison(1)
    deliveries.upkeep()
    monkeypatch.undo()

    deliveries.upkeep()

    assert set(keys_of(web)) == {1}
    assert Delivery.objects.get().taken_in_at is not None


def test_a_worker_is_told_of_new_ones_while_others_fail(
    web, client, hints, poison, django_capture_on_commit_callbacks
):
    poison(1)
    for number in (1, 2, 3):
        with django_capture_on_commit_callbacks(execute=True):
            send(client, "pull_request", hooks.pull_request(web, number))
        deliveries.take_in()

    assert hints == [deliveries.TASK] * 3


@pytest.mark.parametrize("part", ["_try_again", "take_in", "_forget"])
def test_a_part_of_the_minute_that_fails_keeps_no_other_from_its_work(
    web, team, client, monkeypatch, caplog, part
):
    began = timezone.now() - timedelta(hours=1)
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=Status.COMPLETE,
        onboarding_pipeline_started_at=began,
        phase1_completed_at=began,
    )
    PullRequestKey.objects.create(
        repository=web, node_id="PR", number=1, updated_at=timezone.now(), state="pending"
    )
    monkeypatch.setattr(deliveries, part, lambda: 1 / 0)

    deliveries.upkeep()

    team.refresh_from_db()
    assert team.onboarding_pipeline_status == Status.BACKGROUND_SYNCING
    assert "ZeroDivisionError" in caplog.text


# --- Old ones -----------------------------------------------------------------------------------


def test_what_was_taken_in_long_ago_is_forgotten_and_what_was_not_is_kept(web, client):
    for number in (1, 2, 3):
        send(client, "pull_request", hooks.pull_request(web, number))
    long_ago = timezone.now() - timedelta(days=31)
    Delivery.objects.filter(number=1).update(received_at=long_ago, taken_in_at=long_ago)
    Delivery.objects.filter(number=2).update(
        received_at=timezone.now() - timedelta(days=29), taken_in_at=timezone.now()
    )
    Delivery.objects.filter(number=3).update(received_at=long_ago)

    deliveries.upkeep()  # takes the third in

    assert set(Delivery.objects.values_list("number", flat=True)) == {2}
