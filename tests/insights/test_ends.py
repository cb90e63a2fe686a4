"""An insight goes on as long as its rule fires, then it has an end, and after a while is gone."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.insights.explain import explain
from apps.insights.find import find
from apps.insights.models import Insight, Summary
from apps.insights.team_thresholds import change
from apps.metrics.measure import measure
from apps.notifications.saying.ready import ready_says
from apps.operations.export import insights as exported
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.factories import PullRequestFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def repository():
    return TrackedRepositoryFactory()


@pytest.fixture
def forgotten(repository):
    return PullRequestFactory(repository=repository, created_at=NOW - 20 * DAY)


def found(repository, *, days: float = 0) -> dict[str, Insight]:
    """What is stored of I-03 and others so many days after NOW, open ones and ended ones."""
    now = NOW + days * DAY
    ours = claim(repository.team, Status.COMPUTING_INSIGHTS)
    measure(ours, since=NOW - 90 * DAY, now=now)
    find(ours, now=now)
    return {row.rule: row for row in Insight.objects.filter(team=repository.team)}


def set_state(pull_request, state: str) -> None:
    pull_request.state = state
    pull_request.save()


def test_it_goes_on_as_one_row_with_the_day_on_which_it_began(repository, forgotten):
    first = found(repository)["I-03"]

    later = found(repository, days=3)["I-03"]

    assert later.pk == first.pk
    assert (later.first_seen_at, later.ended_at) == (NOW, None)
    assert str(later.period_start) == "2026-06-06"


def test_it_ends_once_and_keeps_its_words_and_its_pull_requests(repository, forgotten):
    words = found(repository)["I-03"].sentence
    set_state(forgotten, "closed")

    found(repository, days=1)
    ended = found(repository, days=2)["I-03"]

    assert (ended.ended_at, ended.computed_at) == (NOW + DAY, NOW)
    assert ended.sentence == words
    assert list(ended.pull_requests.all()) == [forgotten]
    assert not repository.team.insights.open().filter(rule="I-03").exists()
    assert ended in repository.team.insights.ended_since(NOW)
    assert ended not in repository.team.insights.ended_since(NOW + 2 * DAY)


def test_what_begins_again_on_the_day_of_its_end_has_not_ended(repository, forgotten):
    first = found(repository)["I-03"]
    set_state(forgotten, "closed")
    found(repository, days=0.1)
    set_state(forgotten, "open")

    again = found(repository, days=0.2)["I-03"]

    assert (again.pk, again.ended_at) == (first.pk, None)


def test_what_begins_again_later_is_another_one(repository, forgotten):
    found(repository)
    set_state(forgotten, "closed")
    found(repository, days=1)
    set_state(forgotten, "open")
    found(repository, days=2)

    rows = Insight.objects.filter(rule="I-03").order_by("first_seen_at")

    assert [row.first_seen_at for row in rows] == [NOW, NOW + 2 * DAY]
    assert [row.ended_at for row in rows] == [NOW + DAY, None]


def test_an_open_one_whose_period_becomes_that_of_an_ended_one_takes_its_place(
    repository, forgotten
):
    """Periods do not only go forward: with an older history they begin earlier."""
    found(repository)
    set_state(forgotten, "closed")
    found(repository, days=1)
    set_state(forgotten, "open")
    found(repository, days=2)

    found(repository)

    [row] = Insight.objects.filter(rule="I-03")
    assert (str(row.period_start), row.ended_at) == ("2026-06-03", None)


def test_an_end_is_forgotten_after_ninety_days(repository, forgotten):
    found(repository)
    set_state(forgotten, "closed")
    found(repository, days=1)

    assert "I-03" in found(repository, days=90)
    assert "I-03" not in found(repository, days=92)


def test_a_rule_that_was_switched_off_has_no_end_but_is_gone(repository, forgotten):
    found(repository)
    change(repository.team, {"I-03.on": "off"}, None)

    assert "I-03" not in found(repository, days=1)


def test_a_rule_that_failed_says_nothing_about_an_end(repository, forgotten, monkeypatch):
    def broken(material):
        return 1 / 0

    found(repository)
    monkeypatch.setattr("apps.insights.find.RULES", {"I-03": broken})

    assert "I-03" not in found(repository, days=1)


def test_whoever_speaks_speaks_of_what_holds(repository, forgotten):
    found(repository)
    set_state(forgotten, "closed")
    found(repository, days=1)
    forgotten_once = Insight.objects.get(rule="I-03")

    explain(claim(repository.team, Status.COMPUTING_INSIGHTS), now=NOW + DAY)

    assert "forgotten" not in Summary.objects.get().text.lower()
    said = ready_says(repository.team, now=NOW + DAY)
    assert forgotten_once.sentence not in [each for part in said.parts for each in part.sentences]
    assert "I-03" not in {row["rule"] for row in exported(repository.team)}


def test_a_threshold_that_is_moved_while_the_rules_are_asked_counts(
    repository, forgotten, monkeypatch
):
    """Else what is stored would be of the old one, and nobody would compute it again."""
    ours = claim(repository.team, Status.COMPUTING_INSIGHTS)
    measure(ours, since=NOW - 90 * DAY, now=NOW)
    heartbeat = type(ours).heartbeat

    def heartbeat_and_change(self):
        change(repository.team, {"I-03.days": "30"}, None)
        heartbeat(self)

    monkeypatch.setattr(type(ours), "heartbeat", heartbeat_and_change)
    find(ours, now=NOW)

    assert not Insight.objects.filter(rule="I-03").exists()
