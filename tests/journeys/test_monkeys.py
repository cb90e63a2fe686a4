"""Two workers with a timetable each, and what happens to whole workers and their pools."""

from collections.abc import Iterator

import pytest

from apps.github.models import PullRequest
from apps.operations.supervise import Child
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.recovery import DEAD
from apps.teams.models import Team
from tests.journeys.house import House, house
from tests.journeys.rows import rows_of
from tests.journeys.runs import assert_whole, run_to_the_end, started_team

pytestmark = [
    pytest.mark.workers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

KILLS = 15


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[House]:
    """Two workers, two timetables, and sweeps all the time."""
    state = tmp_path_factory.mktemp("h")
    with house(
        state,
        page_seconds=0.2,
        answer_seconds=0.1,
        GITHUB_PAGE_SIZE="2",
        GITHUB_PARALLEL_MAX="2",
        PIPELINE_SWEEP="0.2",
        PIPELINE_SILENCE="3",
        PIPELINE_HUNG="3",
        PIPELINE_ATTEMPTS=str(KILLS + 1),
        DATABASE_IDLE_IN_TRANSACTION="1",
    ) as running:
        running.start_worker()
        running.start_worker()
        yield running


def test_a_worker_that_is_paused_as_a_whole_is_replaced_and_changes_nothing_afterwards(
    outside, expected
):
    home, team = outside, started_team(outside)
    home.until(PullRequest.objects.filter(team=team).exists, what="the first pull request")
    ticket = Team.objects.get(pk=team.pk).pipeline_ticket
    taken = f"team {team.pk} at {Status.SYNCING}: ticket {ticket} taken"
    (sleeper,) = (worker for worker in home.workers if taken in log_of(worker))

    home.hold_worker(sleeper)
    home.until(
        lambda: Team.objects.get(pk=team.pk).pipeline_claimed > ticket,
        what="the other worker at the step",
    )
    home.let_go(sleeper)
    run_to_the_end(home, team)

    assert_whole(home, team)
    assert rows_of(team) == expected
    again = PipelineTransition.objects.get(team=team, ticket=ticket + 1)
    assert (again.verb, again.reason) == ("send_again", DEAD)


def log_of(worker: Child) -> str:
    return worker.process.log.read_text()


def test_pools_that_are_killed_again_and_again_while_all_sweep_get_there(outside, expected):
    home, team = outside, started_team(outside)

    for _ in range(KILLS):
        taken = len(home.tickets_taken(team.pk))
        home.until(
            lambda taken=taken: len(home.tickets_taken(team.pk)) > taken, what="the next ticket"
        )
        for worker in home.workers:
            home.kill_pool(worker)
    run_to_the_end(home, team)

    assert_whole(home, team)
    assert rows_of(team) == expected
    assert "database is locked" not in home.worker_logs()
