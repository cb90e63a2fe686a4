"""The week in numbers: on Monday morning of the team's clock, once, where there is news."""

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from apps.insights.models import Insight
from apps.metrics.measure import measure
from apps.notifications.deliver import deliver_due
from apps.notifications.mails import mail_of
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


def test_it_says_the_last_whole_week_against_the_week_before():
    team = reading()

    said = says(team)

    assert said.subject == f"{team.name}: 8 merged last week, 7 the week before"
    lines = {line.label: (line.value, line.before) for line in said.lines}
    assert lines["Merged"] == ("8", "7")
    assert lines["Median cycle time"] == ("3.0 h", "3.0 h, of 7")
    assert next(line.note for line in said.lines if line.label == "Median cycle time") == "of 8"
    assert lines["Reviewed by a person"] == ("4 of 8", "3 of 7")
    assert "The medians and shares rest on 8 merged pull requests." in said.lead
    assert said.heading.endswith("1 Jun to 7 Jun 2026")


def test_what_was_merged_on_this_monday_is_of_the_next_message():
    team = reading()
    repository = team.repositories.get()
    PullRequestFactory(repository=repository, merged=True, created_at=at(hours=-5))
    measure(claim(team), since=at(days=-90), now=at(hours=-3))

    assert says(team).lines[1].value == "8"


def test_too_little_is_said_as_too_little():
    said = says(reading(last_week=3, week_before=2))

    assert "Only 3 pull requests were merged: too few for a median, so each value is shown." in (
        said.lead
    )
    assert "The week before had 2 pull requests: too few to compare medians with." in said.lead
    lines = {line.label: line for line in said.lines}
    assert lines["Median cycle time"].value == "too few: 3.0 h, 3.0 h, 3.0 h"


def test_a_week_before_that_was_not_read_is_not_compared_with():
    team = reading(week_before=0)
    measure(claim(team), since=at(days=-7), now=at(hours=-3))

    said = says(team)

    assert said.columns[1] == ""
    assert any(each.startswith("There is no comparison. ") for each in said.lead)
    assert said.subject.endswith("8 merged last week")


def insight(team: Team, rule: str, first_seen_at: datetime) -> None:
    Insight.objects.create(
        team=team,
        rule=rule,
        period_start=date(2026, 5, 9),
        period_end=MONDAY,
        title=rule,
        sentence=f"{rule} has fired.",
        first_seen_at=first_seen_at,
        computed_at=MORNING,
    )


def test_only_insights_that_are_new_since_are_told():
    team = reading()
    insight(team, "I-01", at(days=-20))
    insight(team, "I-02", at(days=-2))

    (part,) = says(team).parts

    assert part.heading == "New since Monday, 1 Jun"
    assert part.sentences == ("I-02 has fired.",)


def test_the_mail_has_the_numbers_before_beside_the_new_ones():
    mail = mail_of(says(reading()), "weekly", stop_url="https://mergelight.test/x/")

    assert "Merged: 8; the week before: 7" in mail.text
    assert "The week before</th>" in mail.html
