"""The overall bar moves within a step, never falls, and is full only at the end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.history import recent_window
from apps.onboarding.overall import percent_of_run
from apps.pipeline.rows import rows
from apps.pipeline.standing import standing_of
from tests.factories import PullRequestAnalysisFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db

STARTED = timezone.now() - timedelta(minutes=5)


def percent(team, **columns):
    rows().filter(pk=team.pk).update(**columns)
    team.refresh_from_db()
    return percent_of_run(team, standing_of(team), list(team.repositories.all()))


LISTED = {"keys_reach": STARTED - timedelta(days=400)}


@pytest.fixture
def running(team):
    """Reading two repositories, all listed: 60 of 60 and 16 of 40."""
    since = recent_window(STARTED, two_phase=True, days=None).since
    TrackedRepositoryFactory(
        team=team,
        name_with_owner="lantern/dock",
        **{"sync_since": since, "sync_progress": 100, "sync_prs_total": 60, **LISTED},
    )
    team.repositories.filter(name_with_owner="lantern/harbor").update(
        **{"sync_since": since, "sync_progress": 40, "sync_prs_total": 40, **LISTED}
    )
    rows().filter(pk=team.pk).update(onboarding_pipeline_started_at=STARTED)
    return team


def harbor(team):
    return team.repositories.filter(name_with_owner="lantern/harbor")


def test_reading_moves_it_by_counts_between_this_step_and_the_next(running):
    read = (100 * 60 + 40 * 40) // 100
    assert percent(running, onboarding_pipeline_status="syncing") == 10 + read // 10

    running.repositories.update(sync_progress=100)

    assert percent(running, onboarding_pipeline_status="syncing") == 19
    assert percent(running, onboarding_pipeline_status="llm_processing") == 20


def test_while_a_list_is_not_read_to_its_end_nothing_is_a_share_of_it(running):
    harbor(running).update(keys_reach=None)

    assert percent(running, onboarding_pipeline_status="syncing") == 10


def test_a_repository_that_cannot_be_listed_does_not_hold_the_others_up(running):
    harbor(running).update(keys_reach=None, sync_status="failed", sync_progress=0)

    assert percent(running, onboarding_pipeline_status="syncing") == 10 + 6


def test_a_list_that_has_grown_by_the_second_look_lets_nothing_fall(running):
    before = percent(running, onboarding_pipeline_status="syncing")
    # What a second look finds is added to a repository of which all is fetched.
    running.repositories.filter(name_with_owner="lantern/dock").update(sync_prs_total=90)

    assert percent(running, onboarding_pipeline_status="syncing") >= before


def test_what_an_earlier_run_has_read_is_no_progress_of_this_one(running):
    running.repositories.update(sync_progress=100, sync_since=STARTED - timedelta(days=60))

    assert percent(running, onboarding_pipeline_status="syncing") == 10


def test_a_run_that_has_stopped_stays_where_it_stopped(running):
    before = percent(running, onboarding_pipeline_status="syncing")

    stopped = percent(running, onboarding_pipeline_status="failed", pipeline_failed_step="syncing")

    assert stopped == before > 10


def test_answers_of_the_model_move_it_and_verdicts_on_older_texts_do_not(running):
    read = {
        "pull_request__repository": running.repositories.first(),
        "pull_request__team": running,
    }
    answered = PullRequestAnalysisFactory(**read)
    answered.marked_fetched_at = answered.pull_request.fetched_at
    answered.save()
    outdated = PullRequestAnalysisFactory(**read)
    outdated.marked_fetched_at = outdated.pull_request.fetched_at - timedelta(days=1)
    outdated.save()

    assert percent(running, onboarding_pipeline_status="llm_processing") == 20 + 5


@pytest.mark.parametrize(
    ("status", "column", "before"),
    [
        ("background_syncing", "background_sync_progress", 60),
        ("background_llm", "background_llm_progress", 70),
    ],
)
def test_phase_2_moves_it_by_its_own_percentages(running, status, column, before):
    at = {"onboarding_pipeline_status": status}

    assert percent(running, **at, **{column: 0}) == before
    assert percent(running, **at, **{column: 50}) == before + 5
    assert percent(running, **at, **{column: 100}) == before + 9


def test_only_the_end_is_100(running):
    assert percent(running, onboarding_pipeline_status="background_insights") == 90
    assert percent(running, onboarding_pipeline_status="complete") == 100
