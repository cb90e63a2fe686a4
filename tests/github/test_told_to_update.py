"""Complete teams are updated because GitHub has told of changes: soon, seldom, not for nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.github.models import Connection, PullRequestKey, TrackedRepository
from apps.github.webhooks import deliveries
from apps.pipeline.log import who_began
from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.pipeline.refreshes import WEBHOOK
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.github import hooks
from tests.github.fakes import NOW

State = PullRequestKey.State
SyncStatus = TrackedRepository.SyncStatus


@pytest.fixture
def complete(team, web):
    """`complete(minutes)`: a complete team whose last run began so long ago."""

    def make(minutes=60, status=Status.COMPLETE):
        began = timezone.now() - timedelta(minutes=minutes)
        rows().filter(pk=team.pk).update(
            onboarding_pipeline_status=status,
            onboarding_pipeline_started_at=began,
            phase1_completed_at=began,
        )

    return make


def now_told(web):
    return "pull_request", hooks.pull_request(web, at=timezone.now().replace(microsecond=0))


def status_of(team):
    return rows().values_list("onboarding_pipeline_status", flat=True).get(pk=team.pk)


def test_a_complete_team_is_updated_by_the_next_minute(team, web, tell, complete):
    complete()

    tell(now_told(web))
    assert status_of(team) == Status.COMPLETE
    deliveries.upkeep()

    assert status_of(team) == Status.BACKGROUND_SYNCING


def test_a_team_whose_last_run_is_young_is_updated_by_a_later_minute(team, web, tell, complete):
    complete(minutes=14)
    tell(now_told(web))
    deliveries.upkeep()
    assert status_of(team) == Status.COMPLETE

    complete(minutes=16)
    deliveries.upkeep()

    assert status_of(team) == Status.BACKGROUND_SYNCING


def test_a_running_team_is_left_alone(team, web, tell):
    running = claim(team, Status.SYNCING)

    tell(now_told(web))
    deliveries.upkeep()

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

    deliveries.upkeep()

    assert status_of(team) == Status.COMPLETE


# --- What was told of repositories themselves -----------------------------------------------------


def test_a_team_that_was_told_of_a_repository_looks_it_up_once(team, web, tell, complete):
    """R-25, R-26: every run that begins later has looked."""
    complete()
    tell(("repository", hooks.about_repository("renamed", web)))

    deliveries.upkeep()
    assert status_of(team) == Status.BACKGROUND_SYNCING
    assert who_began(team.pk, run=1) == WEBHOOK  # and reads no more than what was told of

    TrackedRepository.objects.update(told_at=timezone.now() - timedelta(minutes=31))
    complete(minutes=30)
    deliveries.upkeep()
    assert status_of(team) == Status.COMPLETE


def test_what_was_told_while_a_run_was_under_way_is_looked_up_by_the_next(
    team, web, tell, complete
):
    complete(status=Status.BACKGROUND_METRICS)
    tell(("repository", hooks.about_repository("deleted", web)))
    complete()

    deliveries.upkeep()

    assert status_of(team) == Status.BACKGROUND_SYNCING


def test_a_team_whose_update_has_failed_reads_all_again_unless_a_person_ended_it(
    team, web, tell, complete
):
    other = hooks.another_team(web, token="ghp_other")
    complete(status=Status.FAILED)
    claim(other.team, Status.BACKGROUND_SYNCING, phase1_completed_at=NOW)
    move(other.team_id, "cancel", actor="ada")

    tell(("repository", hooks.about_repository("renamed", web)))
    deliveries.upkeep()

    assert status_of(team) == Status.BACKGROUND_SYNCING
    assert who_began(team.pk, run=1) not in ("", WEBHOOK)
    assert status_of(other.team) == Status.FAILED


def test_a_hint_has_nobody_updated_and_nothing_forgotten(
    team, web, complete, django_assert_num_queries
):
    with django_assert_num_queries(2 + 2):  # what is to be taken in, and a savepoint
        deliveries.take_in()
