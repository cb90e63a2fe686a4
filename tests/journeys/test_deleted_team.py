"""R-67: a team is deleted while a worker reads for it: its tasks end, and nothing comes back."""

from collections.abc import Iterator

import pytest
from django.apps import apps

from apps.github.models import PullRequest
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.teams.deleting import delete_team
from apps.teams.models import Deletion, Team
from apps.teams.tasks import look_after_deletions
from tests.journeys.house import House, house
from tests.journeys.runs import assert_whole, run_to_the_end, started_team, until_at

pytestmark = [
    pytest.mark.workers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[House]:
    """One worker with its timetable, and portions so small that every step has many batches."""
    portions = {"GITHUB_PAGE_SIZE": "1", "GITHUB_PARALLEL_MAX": "2", "LLM_BATCH_SIZE": "2"}
    state = tmp_path_factory.mktemp("h")
    with house(state, page_seconds=0.05, answer_seconds=0.05, **portions) as running:
        running.start_worker()
        yield running


def begun(home: House, team: Team, status: Status) -> None:
    """Wait until a worker has the step in hand, and has stored something of it."""
    until_at(home, team, status)
    if status == Status.SYNCING:
        home.until(lambda: PullRequest.objects.filter(team=team).exists(), what="a batch")


def left_of(team_id: int) -> dict[str, int]:
    """Every row that names the team, of whatever model."""
    found = {
        model._meta.label: model._base_manager.filter(**{field.name: team_id}).count()
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model is Team
    }
    return {label: number for label, number in found.items() if number}


@pytest.mark.parametrize(
    "status",
    [Status.SYNCING_MEMBERS, Status.SYNCING, Status.LLM_PROCESSING, Status.COMPUTING_METRICS],
)
def test_all_tasks_end_and_nothing_is_created_again(home, outside, status):
    other, team = started_team(home), started_team(home)
    begun(home, team, status)
    said_before = len(home.worker_logs())

    deletion = delete_team(team, user=team.people.get())
    Deletion.objects.update(worked_at=None)  # this process has told no worker of it
    home.send(look_after_deletions)

    home.until(
        lambda: Deletion.objects.filter(pk=deletion.pk, done_at=None).count() == 0, what="it"
    )
    run_to_the_end(home, other)  # the worker is well, and has had time to bring something back
    assert left_of(team.pk) == {}
    assert not rows().filter(pk=team.pk).exists()
    assert_whole(home, other)
    said = home.worker_logs()[said_before:]
    assert "Traceback" not in said
    assert "ERROR" not in said
