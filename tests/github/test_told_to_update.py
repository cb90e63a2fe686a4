"""Complete teams are updated because GitHub has told of changes: soon, seldom, not for nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.github.models import Connection, PullRequestKey, TrackedRepository
from apps.github.webhooks import deliveries
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.github import hooks
from tests.github.fakes import NOW

State = PullRequestKey.State
SyncStatus = TrackedRepository.SyncStatus


@pytest.fixture
def complete(team, web):
    """`complete(minutes)`: a complete team whose last run began so long ago."""

    def make(minutes=60):
        began = timezone.now() - timedelta(minutes=minutes)
        rows().filter(pk=team.pk).update(
            onboarding_pipeline_status=Status.COMPLETE,
            onboarding_pipeline_started_at=began,
            phase1_completed_at=began,
        )

    return make


def now_told(web):
    return "pull_request", hooks.pull_request(web, at=timezone.now().replace(microsecond=0))


def status_of(team):
    return rows().values_list("onboarding_pipeline_status", flat=True).get(pk=team.pk)


def test_a_complete_team_is_updated(team, web, tell, complete):
    complete()

    tell(now_told(web))

    assert status_of(team) == Status.BACKGROUND_SYNCING


def test_a_team_whose_last_run_is_young_is_updated_by_a_later_minute(team, web, tell, complete):
    complete(minutes=14)
    tell(now_told(web))
    assert status_of(team) == Status.COMPLETE

    complete(minutes=16)
    deliveries.take_in()

    assert status_of(team) == Status.BACKGROUND_SYNCING


def test_a_running_team_is_left_alone(team, web, tell):
    running = claim(team, Status.SYNCING)

    tell(now_told(web))

    running.heartbeat()
    assert status_of(team) == Status.SYNCING


@pytest.mark.parametrize(
    "obstacle",
    [
        lambda web: web.keys.update(state=State.DONE),
        lambda web: web.keys.update(state=State.GAP),
        lambda web: web.keys.update(updated_at=NOW - timedelta(days=4000)),
        lambda web: Connection.objects.update(closed_because="Reconnect GitHub."),
        lambda web: Connection.objects.all().delete(),
        lambda web: TrackedRepository.objects.update(is_selected=False),
        lambda web: TrackedRepository.objects.update(sync_status=SyncStatus.FAILED),
    ],
)
def test_no_team_is_updated_for_nothing(team, web, tell, complete, obstacle):
    complete(minutes=1)
    tell(now_told(web))
    obstacle(web)
    complete()

    deliveries.take_in()

    assert status_of(team) == Status.COMPLETE


def test_a_minute_in_which_nothing_was_told_costs_four_looks(
    team, web, complete, django_assert_num_queries
):
    complete()

    with django_assert_num_queries(4 + 2):  # and the savepoint of one of them
        deliveries.take_in()
