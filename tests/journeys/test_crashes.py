"""A crash anywhere loses nothing and repeats no effect: real workers, a real broker, SIGKILL."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from apps.github.models import PullRequest, TrackedRepository
from apps.llm.models import LlmAnswer, PullRequestAnalysis
from apps.pipeline.machine import Status
from apps.pipeline.models import PipelineTransition
from apps.teams.models import TWO_PHASE_FLAG, Flag
from tests.journeys.house import House, house
from tests.journeys.rows import rows_of
from tests.journeys.runs import (
    assert_whole,
    run_to_the_end,
    started_team,
    status_of,
    undisturbed,
)

pytestmark = [
    pytest.mark.workers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    # Two questions at once: so that answers are stored in many groups, and a kill finds some left.
    with house(tmp_path / "s", LLM_BATCH_SIZE="2") as running:
        yield running


def test_kills_in_every_kind_of_place_and_an_emptied_broker_change_nothing(outside):
    home = outside
    home.start_worker()
    expected = undisturbed(home)

    team = started_team(home)
    home.until(
        lambda: TrackedRepository.objects.filter(team=team, sync_prs_completed__gt=0).exists(),
        what="the first stored pull requests",
    )
    assert status_of(team) == Status.SYNCING
    home.kill_worker()  # in the middle of the sync

    home.until(lambda: status_of(team) == Status.LLM_PROCESSING, what="the analysis")
    home.until(
        lambda: LlmAnswer.objects.filter(pull_request__team=team).count() >= 3,
        what="the first answers",
    )
    home.kill_pool(home.workers[0])  # in the middle of the analysis; the main process goes on
    home.broker.flushdb()

    home.until(lambda: status_of(team) == Status.COMPUTING_METRICS, what="the metrics")
    home.kill_worker()  # between two statuses

    home.until(lambda: status_of(team) == Status.BACKGROUND_SYNCING, what="phase 2")
    home.kill_worker()

    run_to_the_end(home, team)
    assert_whole(home, team)
    assert rows_of(team) == expected
    recovered = PipelineTransition.objects.filter(team=team, verb="send_again")
    assert {Status.SYNCING, Status.LLM_PROCESSING} <= set(
        recovered.values_list("source", flat=True)
    )
    analysed = PullRequestAnalysis.objects.filter(team=team).count()
    assert analysed == PullRequest.objects.filter(team=team).count() > 0


def test_a_run_of_one_phase_reads_everything_and_announces_itself_once(outside):
    home = outside
    Flag.objects.create(name=TWO_PHASE_FLAG, everyone=False)
    home.start_worker()

    team = started_team(home)
    run_to_the_end(home, team)

    assert_whole(home, team, two_phase=False)
    oldest = PullRequest.objects.filter(team=team).earliest("updated_at")
    assert oldest.updated_at < timezone.now() - timedelta(days=31)
