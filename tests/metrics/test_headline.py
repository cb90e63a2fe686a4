"""The headline: the last 30 days from pull requests, and the weeks beside it."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.llm.models import PullRequestAnalysis
from apps.metrics.headline import headline
from apps.metrics.measure import measure
from apps.metrics.selection.weeks import weeks
from apps.metrics.wording import in_words
from tests.claims import claim
from tests.factories import (
    CommitFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    ReviewFactory,
    TrackedRepositoryFactory,
)
from tests.metrics.selection.choosing import selected

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
AiClass = PullRequestAnalysis.AiClass


@pytest.fixture
def repository():
    return TrackedRepositoryFactory(last_synced_at=NOW, sync_status="completed")


def merge(repository, *, days_ago: float, hours: float = 1, **columns):
    """Merged so long ago, so many hours after its first commit."""
    merged = NOW - timedelta(days=days_ago)
    change = PullRequestFactory(
        repository=repository,
        merged=True,
        created_at=merged - timedelta(minutes=40),
        merged_at=merged,
        **columns,
    )
    CommitFactory(pull_request=change, authored_at=merged - timedelta(hours=hours))
    return change


def measured_headline(repository):
    measure(claim(repository.team), since=NOW - timedelta(days=90), now=NOW)
    return headline(repository.team, now=NOW)


def test_medians_are_of_pull_requests_and_not_of_weeks(repository):
    for hours in (1, 1, 1, 1, 1):
        merge(repository, days_ago=1, hours=hours)
    for days_ago, hours in ((8, 50), (15, 60)):
        merge(repository, days_ago=days_ago, hours=hours)

    top = measured_headline(repository)

    assert (top.merged.value, top.cycle_time.n) == (7, 7)
    assert top.cycle_time.value == 3600


def test_a_squashed_history_is_an_unclear_start_and_not_a_cycle_of_no_time(repository):
    for _ in range(4):
        merge(repository, days_ago=1, hours=0.01)
    for _ in range(6):
        merge(repository, days_ago=1, hours=5)
    measure(claim(repository.team), since=NOW - timedelta(days=30), now=NOW)

    for source in (headline(repository.team, now=NOW), weeks(selected(repository.team))[-1]):
        assert (in_words(source.cycle_time), source.cycle_time.n) == ("5.0 h", 6)
        assert source.cycle_time.note == "4 with unclear start"


def test_where_every_start_is_unclear_there_is_no_cycle_time(repository):
    for _ in range(10):
        merge(repository, days_ago=1, hours=0.01)

    top = measured_headline(repository)

    assert (in_words(top.cycle_time), top.cycle_time.note) == ("–", "10 with unclear start")


def test_nothing_is_counted_before_the_first_measurement(repository):
    merge(repository, days_ago=1)

    top = headline(repository.team, now=NOW)

    assert (top.merged.value, top.cycle_time.value) == (0, None)


def test_only_the_last_thirty_days_count(repository):
    merge(repository, days_ago=29.9)
    merge(repository, days_ago=30.1)

    assert measured_headline(repository).merged.value == 1


def test_a_shorter_history_shortens_the_headline(repository):
    since = NOW - timedelta(days=7)
    merge(repository, days_ago=8, updated_at=NOW)
    measure(claim(repository.team), since=since, now=NOW)

    top = headline(repository.team, now=NOW)

    assert (top.since, top.merged.value) == (since, 0)


def test_coverage_and_pickup_rest_on_people(repository):
    reviewed = merge(repository, days_ago=2)
    ReviewFactory(pull_request=reviewed)
    merge(repository, days_ago=2)
    merge(repository, days_ago=2, author__bot=True)

    top = measured_headline(repository)

    assert (top.merged.value, top.merged_by_bots.value) == (2, 1)
    assert (top.review_coverage.k, top.review_coverage.n) == (1, 2)
    assert top.pickup_time.points == (1800,)


def test_reviews_that_are_not_all_stored_are_unknown_and_not_none(repository):
    ReviewFactory(pull_request=merge(repository, days_ago=2))
    merge(repository, days_ago=2)
    cut = merge(repository, days_ago=2, truncated=["reviews"])
    ReviewFactory(pull_request=cut)
    merge(repository, days_ago=2, truncated=["reviews"])
    measure(claim(repository.team), since=NOW - timedelta(days=30), now=NOW)

    for source in (headline(repository.team, now=NOW), weeks(selected(repository.team))[-1]):
        assert source.merged.value == 4
        assert (source.review_coverage.k, source.review_coverage.n) == (1, 2)
        assert source.review_coverage.note == "2 with unknown reviews"
        assert source.pickup_time.n == 1


def test_commits_that_are_not_all_stored_make_an_unclear_start(repository):
    merge(repository, days_ago=2, hours=5, truncated=["commits"])

    top = measured_headline(repository)

    assert (top.cycle_time.n, top.cycle_time.note) == (0, "1 with unclear start")


def test_the_share_of_ai_is_of_all_and_says_what_is_not_analysed(repository):
    for ai_class in (AiClass.DECLARED, AiClass.SUSPECTED, AiClass.NO_SIGN, AiClass.UNDECIDED):
        PullRequestAnalysisFactory(pull_request=merge(repository, days_ago=2), ai_class=ai_class)
    agent = merge(repository, days_ago=2, author__bot=True)
    PullRequestAnalysisFactory(pull_request=agent, ai_class=AiClass.AGENT)

    top = measured_headline(repository)

    assert (top.ai_assisted.k, top.ai_assisted.n) == (2, 5)
    assert top.ai_suspected.k == 1
    assert top.ai_suspected.n == 5
    assert (top.ai_assisted.undecided, top.ai_assisted.note) == (1, "1 not analysed yet")


def test_marks_without_a_model_are_not_a_share_of_100_percent(repository):
    for n in range(40):
        ai_class = AiClass.DECLARED if n % 10 == 0 else AiClass.UNDECIDED
        PullRequestAnalysisFactory(pull_request=merge(repository, days_ago=2), ai_class=ai_class)
    measure(claim(repository.team), since=NOW - timedelta(days=30), now=NOW)

    for source in (headline(repository.team, now=NOW), weeks(selected(repository.team))[-1]):
        assert in_words(source.ai_assisted) == "at least 4 of 40"
        assert source.ai_assisted.note == "36 not analysed yet"


def test_it_says_of_how_many_repositories_something_could_be_read(repository):
    TrackedRepositoryFactory(team=repository.team)
    TrackedRepositoryFactory(team=repository.team, is_selected=False)

    top = measured_headline(repository)

    assert (top.repositories, top.repositories_selected) == (1, 2)


def test_after_another_choice_it_rests_on_what_was_measured_until_that_is_measured(repository):
    merge(repository, days_ago=2)
    measure(claim(repository.team), since=NOW - timedelta(days=30), now=NOW)
    other = TrackedRepositoryFactory(team=repository.team, sync_status="completed")
    merge(other, days_ago=1)
    merge(other, days_ago=1)
    repository.is_selected = False
    repository.save()

    before = headline(repository.team, now=NOW)
    measure(claim(repository.team), since=NOW - timedelta(days=30), now=NOW)
    after = headline(repository.team, now=NOW)

    assert (before.merged.value, before.coverage.repositories) == (1, (repository,))
    assert (before.coverage.is_as_chosen, before.coverage.chosen) == (False, (other,))
    assert (after.merged.value, after.coverage.repositories) == (2, (other,))
    assert after.coverage.is_as_chosen
    assert sum(week.merged.n for week in weeks(selected(repository.team))) == 2


def test_what_can_no_longer_be_read_stays_in_the_numbers_up_to_its_last_sync(repository):
    lost_at = NOW - timedelta(days=1)
    TrackedRepositoryFactory(team=repository.team, sync_status="failed", last_synced_at=lost_at)
    TrackedRepositoryFactory(team=repository.team, sync_status="failed")

    coverage = measured_headline(repository).coverage

    assert coverage.stale == (lost_at,)
    assert coverage.never_read == 1


@pytest.mark.parametrize(
    ("status", "synced", "read"),
    [
        ("completed", timedelta(days=1), 1),
        ("partial", timedelta(days=1), 1),
        ("failed", timedelta(days=-1), 0),  # an earlier run has read it, this one has not
        ("syncing", timedelta(days=-1), 0),
        ("syncing", timedelta(days=1), 1),  # phase 1 has; phase 2 reads older days
        ("pending", timedelta(days=-1), 0),
    ],
)
def test_a_repository_is_read_if_this_run_has_read_it(repository, status, synced, read):
    began = NOW - timedelta(days=2)
    repository.sync_status, repository.last_synced_at = status, began + synced
    repository.save()
    repository.team.onboarding_pipeline_started_at = began

    assert measured_headline(repository).repositories == read


def test_its_number_of_statements_does_not_depend_on_the_number_of_rows(
    repository, django_assert_num_queries
):
    for n in range(12):
        ReviewFactory(pull_request=merge(repository, days_ago=n))
    measure(claim(repository.team), since=NOW - timedelta(days=30), now=NOW)

    with django_assert_num_queries(4):
        headline(repository.team, now=NOW)
