"""Every week of the history has its row, and the same rows every time."""

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
    PullRequestAnalysisFactory,
    ReviewFactory,
)
from tests.metrics.measuring import NOW, SINCE, measured, merged_at, merged_in

pytestmark = pytest.mark.django_db

AiClass = PullRequestAnalysis.AiClass


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
    statements(SINCE)  # the first asks no earlier one for its zone
    few = statements(SINCE)
    for n in range(25):
        change = merged_at(datetime(2026, 5, 5 + n, tzinfo=UTC), repository)
        ReviewFactory(pull_request=change)
        CommitFactory(pull_request=change)
        ChangedFileFactory(pull_request=change)

    many = statements(SINCE - timedelta(weeks=50))

    assert len(many) == len(few)
    assert sum("SELECT" in statement for statement in few) == 15


def test_a_lost_ticket_writes_nothing(repository):
    ours = claim(repository.team)
    rows().filter(pk=repository.team.pk).update(pipeline_ticket=ours.ticket + 1)

    with pytest.raises(TicketLost):
        measure(ours, since=SINCE, now=NOW)

    assert not TeamWeek.objects.exists()
