"""The week in numbers: on Monday morning of the team's clock, once, where there is news."""

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from apps.metrics.measure import measure
from apps.notifications.deliver import deliver_due
from apps.notifications.messages import KINDS
from apps.notifications.models import Notification, WeeklyRound
from apps.notifications.preferences import say
from apps.notifications.said import Occasion, Said
from apps.notifications.weekly import announce_weeks, decide, due_on
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.claims import claim
from tests.factories import (
    CommitFactory,
    MembershipFactory,
    PullRequestFactory,
    ReviewFactory,
    TrackedRepositoryFactory,
)
from tests.slack.conftest import let_in, slack

__all__ = ["slack"]

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 6, 8)
MORNING = datetime(2026, 6, 8, 8, tzinfo=UTC)
KEY = 20260608


def at(**later: float) -> datetime:
    return MORNING + timedelta(**later)


def reading(*, zone: str = "UTC", last_week: int = 8, week_before: int = 7) -> Team:
    """A team that was read on Monday at 5, with so many merged in the two weeks before."""
    team = MembershipFactory(team__time_zone=zone).team
    repository = TrackedRepositoryFactory(
        team=team, sync_status="completed", last_synced_at=at(hours=-3)
    )
    for number, begins in (
        (last_week, datetime(2026, 6, 1, 9)),
        (week_before, datetime(2026, 5, 25, 9)),
    ):
        for n in range(number):
            created = begins.replace(tzinfo=UTC) + timedelta(hours=n * 14)
            change = PullRequestFactory(repository=repository, merged=True, created_at=created)
            CommitFactory(pull_request=change, authored_at=created - timedelta(hours=2))
            if n % 2:
                ReviewFactory(pull_request=change)
    measure(claim(team), since=at(days=-90), now=at(hours=-3))
    read_at(team, at(hours=-3))
    return team


def read_at(team: Team, moment: datetime, status: Status = Status.COMPLETE) -> None:
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=status,
        onboarding_pipeline_started_at=moment,
        onboarding_pipeline_completed_at=moment,
        phase1_completed_at=moment,
    )


def told(team: Team) -> list[tuple[str, int]]:
    found = Notification.objects.filter(team=team).order_by("pk")
    return list(found.values_list("kind", "run"))


def status_of(team: Team) -> str:
    return Team.objects.get(pk=team.pk).onboarding_pipeline_status


def says(team: Team, now: datetime = MORNING) -> Said:
    return KINDS["weekly"].says(Occasion(Team.objects.get(pk=team.pk), now, KEY))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(minutes=-1), None),
        (at(), MONDAY),
        (at(hours=20), MONDAY),
        (at(days=1), MONDAY),
        (at(days=2), None),
        (at(days=6, hours=10), None),
        (at(days=7), MONDAY + timedelta(days=7)),
    ],
)
def test_it_is_due_on_monday_morning_and_for_two_days(now, due):
    assert due_on(now, ZoneInfo("UTC")) == due


def test_monday_morning_is_the_team_s_own():
    auckland, los_angeles = ZoneInfo("Pacific/Auckland"), ZoneInfo("America/Los_Angeles")
    sunday_evening = datetime(2026, 6, 7, 20, 30, tzinfo=UTC)

    assert due_on(sunday_evening, auckland) == MONDAY
    assert due_on(sunday_evening, los_angeles) is None
    assert due_on(at(hours=7, minutes=1), los_angeles) == MONDAY


def test_it_is_written_once_however_often_beat_calls():
    team = reading()

    for minutes in range(3):
        announce_weeks(at(minutes=minutes))

    assert told(team) == [("weekly", KEY)]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_write_one():
    team = reading()
    together = threading.Barrier(2)

    def beat() -> None:
        together.wait()
        decide(Team.objects.get(pk=team.pk), MONDAY, now=MORNING)
        connection.close()

    threads = [threading.Thread(target=beat) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told(team) == [("weekly", KEY)]
    assert WeeklyRound.objects.count() == 1


def test_the_next_monday_has_its_own():
    team = reading()
    announce_weeks(MORNING)
    repository = team.repositories.get()
    PullRequestFactory(repository=repository, merged=True, created_at=at(days=2))
    measure(claim(team), since=at(days=-90), now=at(days=7, hours=-3))
    read_at(team, at(days=7, hours=-3))

    announce_weeks(at(days=7))

    assert told(team) == [("weekly", KEY), ("weekly", 20260615)]


def test_a_beat_that_was_down_catches_up_but_not_with_an_old_week():
    team = reading()

    announce_weeks(at(days=1, hours=20))
    assert told(team) == [("weekly", KEY)]

    late = reading()
    announce_weeks(at(days=3))
    assert told(late) == []


def test_a_week_in_which_nothing_happened_is_not_told():
    team = reading(last_week=0)

    announce_weeks(MORNING)

    assert told(team) == []
    assert not WeeklyRound.objects.get().is_told


def test_who_joins_after_the_decision_is_not_written_to():
    team = reading()
    announce_weeks(MORNING)
    MembershipFactory(team=team)

    announce_weeks(at(hours=1))

    assert len(told(team)) == 1


def test_it_waits_until_the_week_is_read_to_its_end():
    team = reading()
    read_at(team, at(days=-1))
    announce_weeks(MORNING)
    assert told(team) == []

    read_at(team, at(minutes=5))
    announce_weeks(at(minutes=30))
    assert told(team) == [("weekly", KEY)]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_a_week_that_ends_after_the_night_is_read_in_the_morning(settings, zone):
    """The night is at 5 UTC: Sunday evening in California, Monday afternoon in Japan."""
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": 5}
    team = reading(zone=zone)
    morning = datetime(2026, 6, 8, 8, tzinfo=ZoneInfo(zone))
    read_at(team, morning - timedelta(hours=10))

    announce_weeks(morning - timedelta(minutes=1))
    assert status_of(team) == Status.COMPLETE
    for minute in range(2):
        announce_weeks(morning + timedelta(minutes=minute))
    assert (status_of(team), told(team)) == (Status.BACKGROUND_SYNCING, [])

    read_at(team, morning + timedelta(minutes=5))
    announce_weeks(morning + timedelta(minutes=6))
    assert status_of(team) == Status.COMPLETE
    assert told(team) == [("weekly", KEY)]


def test_nobody_is_read_for_a_week_that_is_told_to_nobody(settings):
    settings.PIPELINE = settings.PIPELINE | {"nightly_hour": 5}
    team = reading()
    read_at(team, at(days=-1))
    person = team.memberships.get().user
    say(team, person, offered=["weekly"], wanted=[])

    announce_weeks(MORNING)

    assert status_of(team) == Status.COMPLETE


def test_a_team_that_has_lost_its_connection_gets_none():
    team = reading()
    read_at(team, at(hours=-3), Status.FAILED)

    announce_weeks(MORNING)

    assert told(team) == []


def test_one_that_could_not_be_sent_in_its_week_is_not_sent_in_the_next(server):
    reading()
    announce_weeks(MORNING)

    assert deliver_due(now=at(days=7)) == 0
    assert Notification.objects.get().state == Notification.State.REFUSED
    assert server.taken == []


def test_who_wants_none_gets_none():
    team = reading()
    say(team, team.people.get(), offered=["weekly"], wanted=[])

    announce_weeks(MORNING)

    assert told(team) == []


def test_it_goes_to_the_channel_too(slack, server):
    team = reading()
    let_in(slack, team)
    announce_weeks(MORNING)

    assert deliver_due(now=MORNING) == 2
    (posted,) = slack.workspace.posts
    text = "\n".join(block["text"]["text"] for block in posted.body["blocks"])
    assert "Merged: *8*; the week before: 7" in text
