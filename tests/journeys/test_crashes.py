"""A crash anywhere loses nothing and repeats no effect: real workers, a real broker, SIGKILL."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from apps.github import connections
from apps.github.models import PullRequest, TrackedRepository
from apps.llm.models import LlmAnswer, PullRequestAnalysis
from apps.notifications.models import Notification
from apps.pipeline.machine import Status, journey
from apps.pipeline.models import PipelineTransition
from apps.pipeline.moves import move
from apps.teams.models import TWO_PHASE_FLAG, Flag, Team
from tests.factories import MembershipFactory
from tests.journeys.house import House, house
from tests.journeys.rows import journey_of, rows_of, tickets_of

pytestmark = [
    pytest.mark.workers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Iterator[House]:
    with house(tmp_path / "s") as running:
        settings.GITHUB_API_URL = running.env["GITHUB_API_URL"]
        settings.GITHUB_GRAPHQL_URL = running.env["GITHUB_GRAPHQL_URL"]
        yield running


def connected_team(home: House) -> Team:
    """A team that may read every repository of the sandbox."""
    team: Team = MembershipFactory().team
    connections.connect(team, token="ghp_sandbox_test", account_login="northwind-labs")
    names = httpx.get(f"{home.env['GITHUB_API_URL']}/__truth").json()
    connections.select_repositories(team, names)
    return team


def status_of(team: Team) -> str:
    return Team.objects.values_list("onboarding_pipeline_status", flat=True).get(pk=team.pk)


def run_to_the_end(home: House, team: Team) -> None:
    home.until(
        lambda: status_of(team) in (Status.COMPLETE, Status.FAILED), what=f"the end of {team}"
    )


def assert_whole(home: House, team: Team, *, two_phase: bool = True) -> None:
    """What holds at the end of every run, whatever happened on the way."""
    stored = Team.objects.get(pk=team.pk)
    assert stored.onboarding_pipeline_status == Status.COMPLETE, stored.onboarding_pipeline_error
    statuses = journey(two_phase=two_phase)
    assert journey_of(team) == list(pairwise((Status.NOT_STARTED, *statuses)))
    assert tickets_of(team) == list(range(1, stored.pipeline_ticket + 1))
    notification = Notification.objects.get(team=team)
    home.until(
        lambda: Notification.objects.get(pk=notification.pk).state == Notification.State.SENT,
        what="the mail",
    )
    assert home.mails_to(notification.user.email) == 1


def undisturbed(home: House) -> Team:
    """The same world without a crash, to compare with."""
    team = connected_team(home)
    move(team.pk, "start", actor="test")
    run_to_the_end(home, team)
    assert_whole(home, team)
    return team


def test_kills_in_every_kind_of_place_and_an_emptied_broker_change_nothing(home):
    home.start_worker()
    expected = undisturbed(home)
    team = connected_team(home)

    move(team.pk, "start", actor="test")
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
    home.kill_pool_children()  # in the middle of the analysis; the main process goes on
    home.broker.flushall()

    home.until(lambda: status_of(team) == Status.COMPUTING_METRICS, what="the metrics")
    home.kill_worker()  # between two statuses

    home.until(lambda: status_of(team) == Status.BACKGROUND_SYNCING, what="phase 2")
    home.kill_worker()

    run_to_the_end(home, team)
    assert_whole(home, team)
    assert rows_of(team) == rows_of(expected)
    recovered = PipelineTransition.objects.filter(team=team, verb="send_again")
    assert {Status.SYNCING, Status.LLM_PROCESSING} <= set(
        recovered.values_list("source", flat=True)
    )
    analysed = PullRequestAnalysis.objects.filter(team=team).count()
    assert analysed == PullRequest.objects.filter(team=team).count() > 0


def test_a_run_of_one_phase_reads_everything_and_announces_itself_once(home):
    Flag.objects.create(name=TWO_PHASE_FLAG, everyone=False)
    team = connected_team(home)
    home.start_worker()

    move(team.pk, "start", actor="test")
    run_to_the_end(home, team)

    home.until(lambda: Notification.objects.filter(team=team).exists(), what="the announcement")
    assert_whole(home, team, two_phase=False)
    oldest = PullRequest.objects.filter(team=team).earliest("updated_at")
    assert oldest.updated_at < timezone.now() - timedelta(days=31)
