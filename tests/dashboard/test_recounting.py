"""What an admin changes about the counting is in all numbers with the task that it asks for."""

from datetime import timedelta

import pytest

from apps.metrics.measure import measure
from apps.metrics.models import MemberWeek, PullRequestFlow, TeamWeek
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.dashboard.conftest import NOW
from tests.dashboard.counting import look, say
from tests.factories import (
    PersonFactory,
    PullRequestFactory,
    ReviewFactory,
    TrackedRepositoryFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_once(monkeypatch, django_capture_on_commit_callbacks):
    """`at_once(client, team, …)` sends a form; whatever it asks a worker for is done at once."""
    monkeypatch.setattr("apps.metrics.recount.hint", lambda task, args, **_: task(*args))

    def send(*form, **posted):
        with django_capture_on_commit_callbacks(execute=True):
            return say(*form, **posted)

    return send


@pytest.fixture
def ada(team):
    """Her two merges at Sunday, 23:30 UTC, each reviewed by grace; measured."""
    ada, grace = PersonFactory(team=team, login="ada"), PersonFactory(team=team, login="grace")
    repository = TrackedRepositoryFactory(team=team, last_synced_at=NOW, sync_status="completed")
    sunday = (NOW - timedelta(days=1)).replace(hour=23, minute=30)
    for title in ("Hotfix: stop the leak", "Tidy up"):
        row = PullRequestFactory(
            repository=repository,
            author=ada,
            title=title,
            state="merged",
            created_at=sunday - timedelta(hours=5),
            merged_at=sunday,
        )
        ReviewFactory(pull_request=row, author=grace)
    measure(claim(team, Status.BACKGROUND_METRICS), since=NOW - timedelta(days=30), now=NOW)
    return ada


def merged_by_week(team):
    weeks = TeamWeek.objects.filter(team=team, merged__gt=0)
    return {f"{week.week_start:%d %b}": week.merged for week in weeks}


def summed(client, team):
    table = look(client, team, "pull_requests").context["table"]
    return table.page.of, table.summed[0].figure.value


def test_a_script_is_out_of_weeks_table_and_people(client, team, ada, at_once):
    assert (summed(client, team), merged_by_week(team)) == ((2, 2), {"25 May": 2})

    at_once(client, team, "count_as_bot", ada.pk, counts_as_bot="on")

    assert (summed(client, team), merged_by_week(team)) == ((0, 0), {})
    assert look(client, team, "member", ada.pk).status_code == 404
    at_once(client, team, "count_as_bot", ada.pk, counts_as_bot="off")
    assert (summed(client, team), merged_by_week(team)) == ((2, 2), {"25 May": 2})


def test_a_review_of_ones_own_other_account_is_none_until_they_are_apart(
    client, team, ada, at_once
):
    grace = team.github_people.get(login="grace")

    at_once(client, team, "count_as_one", grace.pk, under=ada.pk)

    assert TeamWeek.objects.get(team=team, merged=2).reviewed == 0
    assert not MemberWeek.objects.filter(team=team, member=grace).exists()
    at_once(client, team, "count_apart", grace.pk)
    assert TeamWeek.objects.get(team=team, merged=2).reviewed == 2
    assert MemberWeek.objects.filter(team=team, member=grace, reviews_given=2).exists()


def test_hotfix_words_hold_for_everything_that_was_read(client, team, ada, at_once):
    assert set(PullRequestFlow.objects.values_list("is_hotfix", flat=True)) == {None}

    at_once(client, team, "hotfix_words", words="hotfix")

    assert TeamWeek.objects.get(team=team, merged=2).hotfixes == 1


def test_another_zone_moves_what_lay_at_midnight_into_its_week(client, team, ada, at_once):
    at_once(client, team, "time_zone", time_zone="Europe/Berlin")

    assert merged_by_week(team) == {"01 Jun": 2}
    at_once(client, team, "time_zone", time_zone="America/New_York")
    assert merged_by_week(team) == {"25 May": 2}
