"""Every week of the history, each pull request in the right one, and the same rows every time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from apps.llm.models import PullRequestAnalysis
from apps.metrics.measure import measure
from apps.metrics.models import MemberWeek, TeamWeek, WeekNumbers
from apps.pipeline.claims import TicketLost
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.factories import (
    ChangedFileFactory,
    CommitFactory,
    PersonFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    ReviewFactory,
    TeamFactory,
    TrackedRepositoryFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)  # a Wednesday, W23
SINCE = datetime(2026, 5, 4, tzinfo=UTC)  # a Monday, W19
AiClass = PullRequestAnalysis.AiClass


@pytest.fixture
def repository():
    return TrackedRepositoryFactory()


def merged_at(moment: datetime, repository, **columns):
    return PullRequestFactory(
        repository=repository,
        merged=True,
        created_at=moment - timedelta(hours=1),
        merged_at=moment,
        **columns,
    )


def measured(repository, *, since: datetime = SINCE, now: datetime = NOW) -> dict[date, TeamWeek]:
    measure(claim(repository.team), since=since, now=now)
    return {row.week_start: row for row in TeamWeek.objects.filter(team=repository.team)}


def read_since(repository, moment: datetime) -> None:
    """Its list reaches as far back as that."""
    repository.keys_reach = moment - timedelta(minutes=1)
    repository.save()


def merged_in(weeks: dict[date, TeamWeek]) -> dict[date, int]:
    return {monday: row.merged for monday, row in weeks.items() if row.merged}


def stored(model: type[WeekNumbers]) -> list[dict[str, object]]:
    found = [model_to_dict(row, exclude=["id"]) for row in model.objects.all()]
    return sorted(found, key=str)


def test_every_week_has_a_row_and_an_empty_one_says_so(repository):
    merged_at(datetime(2026, 5, 5, tzinfo=UTC), repository)
    merged_at(datetime(2026, 5, 28, tzinfo=UTC), repository)

    weeks = measured(repository)

    assert list(weeks) == [date(2026, 5, 4) + timedelta(weeks=n) for n in range(5)]
    assert [row.merged for row in weeks.values()] == [1, 0, 0, 1, 0]
    empty = weeks[date(2026, 5, 11)]
    assert (empty.cycle_time, empty.cycle_time_n, empty.size) == (None, 0, None)


def test_a_team_without_pull_requests_has_its_empty_weeks(repository):
    assert [row.merged for row in measured(repository).values()] == [0, 0, 0, 0, 0]


def test_the_numbers_of_one_week(repository):
    change = merged_at(datetime(2026, 5, 20, 12, tzinfo=UTC), repository, changed_files=2)
    CommitFactory(pull_request=change, authored_at=datetime(2026, 5, 20, 8, tzinfo=UTC))
    CommitFactory(pull_request=change, authored_at=datetime(2026, 5, 20, 9, tzinfo=UTC))
    ReviewFactory(pull_request=change, submitted_at=datetime(2026, 5, 20, 11, 15, tzinfo=UTC))
    ChangedFileFactory(pull_request=change, additions=30, deletions=12)
    ChangedFileFactory(pull_request=change, path="uv.lock", additions=900)
    PullRequestAnalysisFactory(pull_request=change, ai_class=AiClass.DECLARED)

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.opened, week.merged, week.reviewed, week.reviews_given) == (1, 1, 1, 1)
    assert week.cycle_time == 4 * 3600
    assert week.coding_time == 3 * 3600
    assert (week.pickup_time, week.review_time, week.merge_time) == (15 * 60, 0, 45 * 60)
    assert (week.unreviewed_wait, week.unclear_start) == (None, 0)
    assert (week.size, week.size_n) == (42, 1)
    assert (week.ai_assisted, week.ai_suspected, week.ai_decided) == (1, 0, 1)


def test_the_median_says_on_how_many_it_rests(repository):
    for hours in (1, 3, 8):
        change = merged_at(datetime(2026, 5, 20, 12, tzinfo=UTC), repository)
        authored = datetime(2026, 5, 20, 12, tzinfo=UTC) - timedelta(hours=hours)
        CommitFactory(pull_request=change, authored_at=authored)
    merged_at(datetime(2026, 5, 20, 12, tzinfo=UTC), repository)

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.merged, week.cycle_time, week.cycle_time_n) == (4, 3 * 3600, 3)
    assert week.unclear_start == 1


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


def test_reviews_that_are_not_all_stored_leave_the_stages_unknown(repository):
    cut = merged_at(datetime(2026, 5, 20, tzinfo=UTC), repository, truncated=["reviews"])
    ReviewFactory(pull_request=cut)

    week = measured(repository)[date(2026, 5, 18)]

    assert (week.merged, week.reviews_known, week.reviewed, week.reviews_given) == (1, 0, 0, 1)
    assert week.pickup_time is week.review_time is week.merge_time is week.unreviewed_wait is None


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "UTC"])
def test_the_last_moment_of_sunday_and_midnight_lie_in_two_weeks(zone):
    repository = TrackedRepositoryFactory(team=TeamFactory(time_zone=zone))
    midnight = datetime(2026, 5, 18, tzinfo=repository.team.zone)
    merged_at(midnight - timedelta(microseconds=1000), repository)
    merged_at(midnight, repository)

    weeks = measured(repository)

    assert merged_in(weeks) == {date(2026, 5, 11): 1, date(2026, 5, 18): 1}


@pytest.mark.parametrize(
    ("moments", "monday"),
    [
        # The clocks of Berlin go forward on Sunday 29 March and back on Sunday 25 October 2026.
        (["2026-03-22T23:00Z", "2026-03-29T00:30Z", "2026-03-29T21:59Z"], date(2026, 3, 23)),
        (["2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T22:59Z"], date(2026, 10, 19)),
    ],
)
def test_a_week_in_which_the_clocks_change_keeps_its_merges(moments, monday):
    repository = TrackedRepositoryFactory(team=TeamFactory(time_zone="Europe/Berlin"))
    for moment in moments:
        merged_at(datetime.fromisoformat(moment), repository)

    weeks = measured(
        repository,
        since=datetime(2026, 3, 1, tzinfo=UTC),
        now=datetime(2026, 11, 3, tzinfo=UTC),
    )

    assert merged_in(weeks) == {monday: 3}


def test_the_year_with_53_weeks_has_neither_a_gap_nor_a_double(repository):
    merged_at(datetime(2026, 12, 31, tzinfo=UTC), repository)
    merged_at(datetime(2027, 1, 3, 23, 59, tzinfo=UTC), repository)
    merged_at(datetime(2027, 1, 4, tzinfo=UTC), repository)

    weeks = measured(
        repository,
        since=datetime(2025, 12, 29, tzinfo=UTC),
        now=datetime(2027, 1, 5, tzinfo=UTC),
    )

    assert len(weeks) == 54
    assert merged_in(weeks) == {date(2026, 12, 28): 2, date(2027, 1, 4): 1}


def test_a_merge_a_few_minutes_ahead_of_our_clock_counts_and_one_further_ahead_does_not(
    repository,
):
    sunday = datetime(2026, 6, 7, 23, 58, tzinfo=UTC)
    merged_at(sunday + timedelta(minutes=3), repository)
    merged_at(sunday + timedelta(minutes=30), repository)

    assert merged_in(measured(repository, now=sunday)) == {date(2026, 6, 1): 1}


def test_what_happened_before_the_history_counts_in_no_week(repository):
    merged_at(datetime(2026, 4, 20, tzinfo=UTC), repository, updated_at=NOW)

    assert merged_in(measured(repository)) == {}


def test_the_first_week_says_where_the_history_begins_within_it(repository):
    thursday = datetime(2026, 5, 7, 12, tzinfo=UTC)

    first, second, *_ = measured(repository, since=thursday).values()

    assert (first.week_start, first.history_starts_at) == (date(2026, 5, 4), thursday)
    assert second.history_starts_at is None


def test_a_new_run_keeps_the_weeks_that_an_earlier_one_read(repository):
    read_since(repository, datetime(2026, 3, 2, tzinfo=UTC))
    measured(repository, since=datetime(2026, 3, 2, tzinfo=UTC))

    weeks = measured(repository, since=SINCE, now=NOW + timedelta(days=7))

    assert min(weeks) == date(2026, 3, 2)


def test_a_new_run_forgets_older_weeks_that_an_added_repository_was_not_read_for(repository):
    read_since(repository, datetime(2026, 3, 2, tzinfo=UTC))
    measured(repository, since=datetime(2026, 3, 2, tzinfo=UTC))
    read_since(TrackedRepositoryFactory(team=repository.team), SINCE)
    TrackedRepositoryFactory(team=repository.team, is_selected=False)

    weeks = measured(repository, since=SINCE, now=NOW + timedelta(days=7))

    assert min(weeks) == SINCE.date()


def test_a_new_run_after_a_gap_forgets_the_weeks_before_it(repository):
    measured(repository, since=datetime(2026, 3, 2, tzinfo=UTC))

    weeks = measured(
        repository,
        since=datetime(2026, 8, 3, tzinfo=UTC),
        now=datetime(2026, 9, 1, tzinfo=UTC),
    )

    assert min(weeks) == date(2026, 8, 3)


def test_members_add_up_to_the_team_and_weeks_to_the_window(repository):
    people = [PersonFactory(team=repository.team, is_member=n % 2 == 0) for n in range(4)]
    for n in range(24):
        moment = datetime(2026, 5, 5, tzinfo=UTC) + timedelta(days=n, hours=n)
        change = merged_at(moment, repository, author=people[n % 4])
        ReviewFactory(pull_request=change, author=people[(n + 1) % 4])

    weeks = measured(repository)

    for name in ("opened", "merged", "reviewed", "reviews_given", "unclear_start"):
        total = sum(getattr(row, name) for row in weeks.values())
        assert total == 24
        for monday, row in weeks.items():
            of_members = MemberWeek.objects.filter(week_start=monday)
            assert sum(getattr(member, name) for member in of_members) == getattr(row, name)


def test_an_active_member_has_every_week_and_a_passer_by_only_its_own(repository):
    member = PersonFactory(team=repository.team, is_member=True)
    PersonFactory(team=repository.team, is_member=True)
    guest = PersonFactory(team=repository.team)
    for person in (member, guest):
        merged_at(datetime(2026, 5, 20, tzinfo=UTC), repository, author=person)

    measured(repository)

    assert MemberWeek.objects.filter(member=member).count() == 5
    assert MemberWeek.objects.filter(member=guest).count() == 1
    assert MemberWeek.objects.count() == 6


def test_measuring_twice_gives_the_same_rows_even_with_members_renamed(repository):
    for n in range(6):
        moment = datetime(2026, 5, 5 + n, tzinfo=UTC)
        ReviewFactory(pull_request=merged_at(moment, repository))
    measured(repository)
    before = stored(TeamWeek), stored(MemberWeek)

    for person in repository.team.github_people.all()[:6]:
        person.login += "-renamed"
        person.save()
    measured(repository)

    assert (stored(TeamWeek), stored(MemberWeek)) == before


def test_another_time_zone_replaces_all_weeks(repository):
    merged_at(datetime(2026, 5, 17, 23, tzinfo=UTC), repository)
    measured(repository)
    repository.team.time_zone = "Asia/Tokyo"
    repository.team.save()

    weeks = measured(repository)

    assert merged_in(weeks) == {date(2026, 5, 18): 1}


def test_what_no_longer_applies_goes(repository):
    change = merged_at(datetime(2026, 5, 20, tzinfo=UTC), repository)
    measured(repository)
    change.delete()

    assert merged_in(measured(repository)) == {}
    assert not MemberWeek.objects.exists()


def test_the_number_of_statements_does_not_depend_on_pull_requests_or_weeks(repository):
    def statements(since: datetime) -> list[str]:
        ours = claim(repository.team)
        with CaptureQueriesContext(connection) as queries:
            measure(ours, since=since, now=NOW)
        # SQLite takes so many values a statement that 100 rows need some INSERTs more.
        return [query["sql"][:80] for query in queries if "INSERT" not in query["sql"]]

    ReviewFactory(pull_request=merged_at(datetime(2026, 5, 5, tzinfo=UTC), repository))
    few = statements(SINCE)
    for n in range(25):
        change = merged_at(datetime(2026, 5, 5 + n, tzinfo=UTC), repository)
        ReviewFactory(pull_request=change)
        CommitFactory(pull_request=change)
        ChangedFileFactory(pull_request=change)

    many = statements(SINCE - timedelta(weeks=50))

    assert len(many) == len(few)
    assert sum("SELECT" in statement for statement in few) == 6


def test_a_lost_ticket_writes_nothing(repository):
    ours = claim(repository.team)
    rows().filter(pk=repository.team.pk).update(pipeline_ticket=ours.ticket + 1)

    with pytest.raises(TicketLost):
        measure(ours, since=SINCE, now=NOW)

    assert not TeamWeek.objects.exists()
