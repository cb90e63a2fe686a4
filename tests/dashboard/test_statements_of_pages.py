"""A page asks the database as often for a large team as for a small one, and not often."""

import pytest
from django.test import Client

from apps.operations.bench.dashboard.figures import MOST_STATEMENTS
from apps.operations.bench.dashboard.invented import Scene, scene
from apps.operations.bench.dashboard.pages import PAGES, counted_statements, fetch
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.dashboard.overview import insight

pytestmark = pytest.mark.django_db

SMALL, LARGE = 5, 200  # pull requests


def statements_of_pages(here: Scene) -> dict[str, list[str]]:
    """What is asked in the second request of each page; the first has filled what is kept."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(here.admin)
    asked = {}
    for page in PAGES:
        fetch(client, page.address(here))
        with counted_statements() as statements:
            fetch(client, page.address(here))
        asked[page.name] = list(statements)
    return asked


def test_pages_of_a_small_and_of_a_large_team_take_the_same_few_statements():
    few, many = scene(SMALL, seed=1, members=3), scene(LARGE, seed=1)
    for here in (few, many):
        here.team.insights.all().delete()
        insight(here.team, here.team.pull_requests.all())  # without any it is one statement less

    small, large = statements_of_pages(few), statements_of_pages(many)

    for page, statements in large.items():
        assert len(statements) == len(small[page]), (page, small[page], statements)
        assert len(statements) <= MOST_STATEMENTS, (page, statements)


def test_pages_take_few_statements_while_phase_2_runs_too():
    here = scene(SMALL, seed=1, members=3)
    rows().filter(pk=here.team.pk).update(
        onboarding_pipeline_status=Status.BACKGROUND_SYNCING, background_sync_progress=40
    )

    for page, statements in statements_of_pages(here).items():
        assert len(statements) <= MOST_STATEMENTS, (page, statements)
