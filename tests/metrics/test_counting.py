"""What counts in a week, what stands apart from it, and what is unknown in it."""

from datetime import UTC, date, datetime

import pytest

from apps.llm.models import PullRequestAnalysis
from tests.factories import (
    ChangedFileFactory,
    PullRequestAnalysisFactory,
    ReviewFactory,
    TrackedRepositoryFactory,
)
from tests.metrics.measuring import measured, merged_at, merged_in

pytestmark = pytest.mark.django_db

AiClass = PullRequestAnalysis.AiClass


def test_bots_are_apart_and_agents_among_them_count_for_ai(repository):
    moment = datetime(2026, 5, 20, tzinfo=UTC)
    dependabot = merged_at(moment, repository, author__bot=True)
    PullRequestAnalysisFactory(pull_request=dependabot)
    agent = merged_at(moment, repository, author__bot=True)
    PullRequestAnalysisFactory(pull_request=agent, ai_class=AiClass.AGENT)
    merged_at(moment, repository, author__ghost=True)

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.merged, week.merged_by_bots, week.merged_by_agents) == (1, 2, 1)
    assert (week.ai_assisted, week.ai_decided) == (1, 1)


def test_only_merges_into_the_default_branch_count(repository):
    merged_at(datetime(2026, 5, 20, tzinfo=UTC), repository, base_ref="release-3")

    assert merged_in(measured(repository)) == {}


def test_where_the_default_branch_is_unknown_every_merge_counts():
    unknown = TrackedRepositoryFactory(default_branch="")
    merged_at(datetime(2026, 5, 20, tzinfo=UTC), unknown, base_ref="release-3")

    assert merged_in(measured(unknown)) == {date(2026, 5, 18): 1}


def test_a_deselected_repository_does_not_count(repository):
    other = TrackedRepositoryFactory(team=repository.team, is_selected=False)
    merged_at(datetime(2026, 5, 20, tzinfo=UTC), other)

    assert merged_in(measured(repository)) == {}


def test_another_team_s_pull_requests_do_not_count(repository):
    merged_at(datetime(2026, 5, 20, tzinfo=UTC), TrackedRepositoryFactory())

    assert merged_in(measured(repository)) == {}


@pytest.mark.parametrize("kind", ["bot", "ghost", "author", "dismissed"])
def test_what_is_not_a_human_review_reviews_nothing(repository, kind):
    change = merged_at(datetime(2026, 5, 20, tzinfo=UTC), repository)
    columns = {
        "bot": {"author__bot": True},
        "ghost": {"author__ghost": True},
        "author": {"author": change.author},
        "dismissed": {"state": "DISMISSED"},
    }
    ReviewFactory(pull_request=change, **columns[kind])

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.reviewed, week.reviews_given, week.pickup_time) == (0, 0, None)


def test_files_that_are_not_all_stored_give_no_size(repository):
    moment = datetime(2026, 5, 20, tzinfo=UTC)
    cut = merged_at(moment, repository, truncated=["files"])
    ChangedFileFactory(pull_request=cut)
    merged_at(moment, repository)
    merged_at(moment, repository, changed_files=0)

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.merged, week.size, week.size_n) == (3, 0, 1)


def test_files_that_github_leaves_out_of_its_list_without_saying_so_give_no_size(repository):
    moment = datetime(2026, 5, 20, tzinfo=UTC)
    vast = merged_at(moment, repository, changed_files=3, files_total=2)  # in truth 3,001 and 3,000
    ChangedFileFactory(pull_request=vast, additions=500)
    ChangedFileFactory(pull_request=vast)

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.merged, week.size, week.size_n, week.big) == (1, None, 0, 0)


def test_reviews_that_are_not_all_stored_leave_the_stages_unknown(repository):
    cut = merged_at(datetime(2026, 5, 20, tzinfo=UTC), repository, truncated=["reviews"])
    ReviewFactory(pull_request=cut)

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.merged, week.reviews_known, week.reviewed, week.reviews_given) == (1, 0, 0, 1)
    assert week.pickup_time is week.review_time is week.merge_time is week.unreviewed_wait is None
