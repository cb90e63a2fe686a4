"""What the week in numbers says: both weeks, on how much they rest, and what is new since."""

from datetime import date, datetime

import pytest

from apps.insights.models import Insight
from apps.metrics.measure import measure
from apps.notifications.mails import mail_of
from apps.teams.models import Team
from tests.claims import claim
from tests.factories import PullRequestFactory
from tests.notifications.test_weekly import MONDAY, MORNING, at, reading, says

pytestmark = pytest.mark.django_db


def test_it_says_the_last_whole_week_against_the_week_before():
    team = reading()

    said = says(team)

    assert said.subject == f"{team.name}: 8 merged last week, 7 the week before"
    lines = {line.label: (line.value, line.before) for line in said.lines}
    assert lines["Merged"] == ("8", "7")
    assert lines["Median cycle time"] == ("3.0 h", "3.0 h, of 7")
    assert next(line.note for line in said.lines if line.label == "Median cycle time") == "of 8"
    assert lines["Reviewed by a person"] == ("4 of 8", "3 of 7")
    assert lines["Median wait for the first review"][0].startswith("too few: ")  # 4 were reviewed
    assert "8 pull requests were merged. A line that rests on fewer says on how many." in said.lead
    assert not any("rest on 8" in each for each in said.lead)
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
