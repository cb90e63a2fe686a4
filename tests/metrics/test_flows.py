"""One row of a pull request says the same as the weeks: people, days, stages, accounts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.metrics.models import CountingRules, MemberWeek, PullRequestFlow, TeamWeek
from tests.factories import (
    ChangedFileFactory,
    CommitFactory,
    PersonFactory,
    PullRequestFactory,
    ReviewFactory,
)
from tests.metrics.measuring import NOW, SINCE, measured, merged_at

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MOMENT = datetime(2026, 5, 20, 23, 30, tzinfo=UTC)


def flow(pull_request) -> PullRequestFlow:
    return PullRequestFlow.objects.get(pull_request=pull_request)


def test_a_merged_one_has_its_stages_its_size_and_its_days_in_the_team_s_zone(repository):
    repository.team.time_zone = "Asia/Kathmandu"  # +05:45
    repository.team.save(update_fields=["time_zone"])
    change = merged_at(MOMENT, repository)
    CommitFactory(pull_request=change, authored_at=MOMENT - 3 * HOUR)
    reviewer = PersonFactory(team=repository.team)
    ReviewFactory(pull_request=change, author=reviewer, submitted_at=MOMENT - HOUR / 2)
    ChangedFileFactory(pull_request=change, path="a.py", additions=30, deletions=12)

    measured(repository)

    row = flow(change)
    assert (row.cycle_time, row.coding_time) == (3 * 3600, 2 * 3600)
    assert (row.pickup_time, row.reviewers) == (1800, [reviewer.pk])
    assert (row.size, row.review_rounds, row.unclear_start) == (42, 1, False)
    assert (row.merged_on, row.created_on) == (date(2026, 5, 21), date(2026, 5, 21))
    assert (row.ai_class, row.is_hotfix, row.reverted_at) == ("U", None, None)


@pytest.mark.parametrize(
    ("authored", "cycle_hours"),
    [
        ((datetime(1970, 1, 1, tzinfo=UTC), MOMENT - 3 * HOUR), 3),
        ((datetime(1970, 1, 1, tzinfo=UTC),), None),
        ((datetime(2099, 1, 1, tzinfo=UTC), MOMENT - 3 * HOUR), 3),
        ((datetime(2099, 1, 1, tzinfo=UTC),), None),
        ((MOMENT - 100 * DAY, MOMENT - 3 * HOUR), None),  # a branch that lay about
        ((None, MOMENT - 3 * HOUR), 3),
    ],
)
def test_one_commit_with_a_wrong_clock_says_nothing_about_the_others(
    repository, authored, cycle_hours
):
    change = merged_at(MOMENT, repository)
    for at in authored:
        CommitFactory(pull_request=change, authored_at=at)

    measured(repository)

    assert flow(change).cycle_time == (cycle_hours and cycle_hours * 3600)
    assert flow(change).unclear_start is (cycle_hours is None)


def test_an_open_one_waits_and_a_draft_is_not_ready(repository):
    waiting = PullRequestFactory(repository=repository, created_at=SINCE + DAY)
    draft = PullRequestFactory(
        repository=repository, created_at=SINCE + DAY, is_draft=True, ready_at=None
    )

    measured(repository)

    assert flow(waiting).first_review_at is None
    assert flow(waiting).cycle_time is None
    assert flow(draft).ready_at is None


def test_measuring_again_leaves_one_row_each_and_no_row_of_what_is_gone(repository):
    stays, goes = merged_at(MOMENT, repository), merged_at(MOMENT, repository)
    measured(repository)
    goes.delete()

    measured(repository)

    assert list(PullRequestFlow.objects.values_list("pull_request", flat=True)) == [stays.pk]


def test_an_account_of_the_team_s_bot_list_is_a_bot_and_its_reviews_are_none(repository):
    script = PersonFactory(team=repository.team, counts_as_bot=True)
    merged_at(MOMENT, repository, author=script)
    reviewed = merged_at(MOMENT, repository)
    ReviewFactory(pull_request=reviewed, author=script, submitted_at=MOMENT - HOUR / 2)

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.merged, week.merged_by_bots, week.reviewed) == (1, 1, 0)
    assert week.reviews_given == 0


def test_two_accounts_of_one_person_are_one(repository):
    one = PersonFactory(team=repository.team)
    other = PersonFactory(team=repository.team, same_as=one)
    merged_at(MOMENT, repository, author=one)
    own = merged_at(MOMENT, repository, author=other)
    ReviewFactory(pull_request=own, author=one, submitted_at=MOMENT - HOUR / 2)

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.merged, week.reviewed, week.active_people) == (2, 0, 1)
    assert MemberWeek.objects.get().member == one
    assert flow(own).author == one

    other.same_as = None
    other.save()
    assert measured(repository)[date(2026, 5, 18)].reviewed == 1


def test_the_team_s_own_words_make_hotfixes_and_without_them_none_are_counted(repository):
    merged_at(MOMENT, repository, title="Hotfix: login")
    assert measured(repository)[date(2026, 5, 18)].hotfixes is None

    CountingRules.objects.create(team=repository.team, hotfix_words=["hotfix"])
    weeks = measured(repository)

    assert weeks[date(2026, 5, 18)].hotfixes == 1
    assert weeks[date(2026, 5, 11)].hotfixes == 0


def test_a_week_s_end_says_what_was_open_and_who_was_active(repository):
    old = PullRequestFactory(
        repository=repository, created_at=SINCE + DAY, updated_at=NOW, is_draft=True, ready_at=None
    )
    merged_at(SINCE + 9 * DAY, repository)
    PullRequestFactory(
        repository=repository,
        created_at=SINCE + 2 * DAY,
        updated_at=NOW,
        state="closed",
        closed_at=SINCE + 15 * DAY,
    )

    weeks = measured(repository)

    first, second, third = (weeks[date(2026, 5, day)] for day in (4, 11, 18))
    assert [week.open_at_end for week in (first, second, third)] == [2, 2, 1]
    assert (third.drafts_at_end, third.oldest_open_at) == (1, old.created_at)
    assert [week.active_people for week in (first, second)] == [2, 3]
    assert weeks[date(2026, 6, 1)].active_people == 1  # the four weeks since 11 May


def test_reverts_and_big_batches_are_counted_in_the_original_s_week(repository):
    original = merged_at(SINCE + DAY, repository)
    ChangedFileFactory(pull_request=original, path="a.py", additions=500, deletions=0)
    merged_at(SINCE + 8 * DAY, repository, title=f'Revert "{original.title}"')

    weeks = measured(repository)

    assert [weeks[date(2026, 5, day)].reverted for day in (4, 11)] == [1, 0]
    assert weeks[date(2026, 5, 4)].big == 1
    assert TeamWeek.objects.filter(reverted=1).count() == 1
    assert sum(row.reverted for row in MemberWeek.objects.all()) == 1
