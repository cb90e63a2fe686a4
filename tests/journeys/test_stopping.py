"""A worker that is told to stop hands its step over: nothing is lost, one batch is repeated."""

import os
import signal
from collections.abc import Iterator

import pytest

from apps.github.models import PullRequest
from apps.llm.models import LlmAnswer
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.recovery import STOPPING
from tests.journeys.house import House, below, house
from tests.journeys.rows import rows_of
from tests.journeys.runs import (
    assert_whole,
    run_to_the_end,
    started_team,
)

pytestmark = [
    pytest.mark.workers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]


AT_ONCE = 2  # questions under way to either service: what a stop may repeat
#: A step that begins again looks up all repositories at once, then lists each from its beginning.
FIRST_QUESTIONS = 1 + 2
SLOW = 1.5  # seconds; several answers fit into no worker's last second


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[House]:
    """One worker, and small portions."""
    portions = {
        "GITHUB_PAGE_SIZE": "1",
        "GITHUB_PARALLEL_MAX": str(AT_ONCE),
        "LLM_BATCH_SIZE": str(AT_ONCE),
    }
    state = tmp_path_factory.mktemp("h")
    with house(state, page_seconds=0.02, answer_seconds=0.02, **portions) as running:
        running.start_worker()
        yield running


def tell_to_stop(home: House) -> None:
    """Do what a deployment does, and wait until a successor has taken the worker's place."""
    (worker,) = home.workers
    starts = worker.starts
    os.kill(below(worker)[0], signal.SIGTERM)
    home.until(lambda: worker.starts > starts, what="the worker's successor")


def repeated(home: House, service: str) -> int:
    """How many questions came that had come before."""
    stats = home.asked(service)
    return sum(asked["requests"] - asked["different"] for asked in stats["repeats"].values())


def test_a_worker_that_is_told_to_stop_hands_its_step_over_and_repeats_one_batch(
    outside, expected, caplog
):
    home = outside
    usual = {service: repeated(home, service) for service in ("github", "groq")}

    home.control("github", seconds=SLOW)
    home.control("groq", seconds=SLOW)
    team = started_team(home)
    home.until(PullRequest.objects.filter(team=team).exists, what="the first pull request")
    tell_to_stop(home)
    home.control("github", seconds=0)
    answers = LlmAnswer.objects.filter(pull_request__team=team)
    home.until(lambda: answers.count() >= 2 * AT_ONCE, what="the first answers")
    tell_to_stop(home)
    home.control("groq", seconds=0)
    run_to_the_end(home, team)

    assert_whole(home, team)
    assert rows_of(team) == expected
    log = PipelineTransition.objects.filter(team=team)
    handed_over = log.filter(reason=STOPPING).order_by("ticket")
    assert [row.source for row in handed_over] == [Status.SYNCING, Status.LLM_PROCESSING]
    assert caplog.text.count("ended with code 0;") == 2  # by itself, within its grace
    assert home.worker_logs().count(f"of team {team.pk} was overtaken") == 2
    assert repeated(home, "groq") <= usual["groq"] + AT_ONCE
    assert repeated(home, "github") <= usual["github"] + FIRST_QUESTIONS + AT_ONCE
