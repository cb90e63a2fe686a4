"""What fires is stored once, with its pull requests; what no longer fires is over."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.github.models import PullRequestKey, TrackedRepository
from apps.insights.find import find
from apps.insights.models import Insight
from apps.insights.rules import RULES
from apps.metrics.measure import measure
from apps.pipeline.claims import TicketLost
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.factories import PullRequestFactory, ReviewFactory, TrackedRepositoryFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def repository():
    return TrackedRepositoryFactory()


def stale(repository, **columns):
    return PullRequestFactory(repository=repository, created_at=NOW - timedelta(days=20), **columns)


def found(repository, *, now: datetime = NOW) -> dict[str, Insight]:
    ours = claim(repository.team, Status.COMPUTING_INSIGHTS)
    measure(ours, since=now - timedelta(days=90), now=now)
    find(ours, now=now)
    return {
        insight.rule: insight for insight in Insight.objects.filter(team=repository.team).open()
    }


def test_a_finding_is_stored_with_its_period_and_its_pull_requests(repository):
    forgotten = stale(repository)

    insight = found(repository)["I-03"]

    assert (str(insight.period_start), str(insight.period_end)) == ("2026-06-03", "2026-06-04")
    assert insight.sentence == (
        "1 open pull request has seen no activity for more than 14 days, "
        "of those touched in the last 90 days."
    )
    assert insight.numbers == {"stale": 1, "limit_days": 14, "known_days": 90}
    assert list(insight.pull_requests.all()) == [forgotten]


def test_an_open_pull_request_from_before_the_history_is_not_called_open(repository):
    """Stored by a run long ago; it may have been closed since, and nobody has looked."""
    PullRequestFactory(repository=repository, created_at=NOW - timedelta(days=200))

    assert found(repository) == {}


def test_finding_twice_stores_once(repository):
    stale(repository)
    before = found(repository)

    after = found(repository)

    assert {rule: insight.pk for rule, insight in after.items()} == {
        rule: insight.pk for rule, insight in before.items()
    }
    assert after["I-03"].pull_requests.count() == 1


def test_what_no_longer_fires_is_over(repository):
    forgotten = stale(repository)
    found(repository)
    forgotten.state = "closed"
    forgotten.save()

    assert found(repository) == {}


def test_the_next_day_replaces_yesterday_s(repository):
    stale(repository)
    found(repository)

    insight = found(repository, now=NOW + timedelta(days=1))["I-03"]

    assert str(insight.period_start) == "2026-06-04"
    assert Insight.objects.filter(rule="I-03").count() == 1


def test_another_team_s_insights_stay(repository):
    other = TrackedRepositoryFactory()
    stale(other)
    found(other)

    found(repository)

    assert Insight.objects.filter(team=other.team, rule="I-03").exists()


def test_a_team_with_nothing_stored_has_no_insights(repository):
    assert found(repository) == {}


def test_gaps_of_a_repository_are_found(repository):
    repository.sync_status = TrackedRepository.SyncStatus.PARTIAL
    repository.save()
    for number in range(5):
        state = PullRequestKey.State.GAP if number == 0 else PullRequestKey.State.DONE
        PullRequestKey.objects.create(
            repository=repository, node_id=str(number), number=number, updated_at=NOW, state=state
        )

    insight = found(repository)["I-17"]

    assert repository.name_with_owner in insight.sentence
    assert insight.numbers == {"incomplete": 1, "selected": 1, "missing": 1, "cut": 0}


def test_what_a_failed_sync_never_fetched_is_missing_as_far_as_its_window_goes(repository):
    since = NOW - timedelta(days=30)
    TrackedRepository.objects.update(
        sync_status="failed", sync_since=since, keys_reach=since - timedelta(days=1)
    )
    for number in range(6):
        PullRequestKey.objects.create(
            repository=repository,
            node_id=str(number),
            number=number,
            updated_at=NOW - timedelta(days=10 * number),
        )

    sentence = found(repository)["I-17"].sentence

    assert "4 listed pull requests are missing in every number." in sentence


def test_a_list_that_broke_off_leaves_an_unknown_number(repository):
    TrackedRepository.objects.update(
        sync_status="failed", sync_since=NOW - timedelta(days=30), keys_reach=NOW
    )

    assert "an unknown number" in found(repository)["I-17"].sentence


def test_stored_pull_requests_without_all_reviews_count_as_gaps(repository):
    stale(repository, truncated=["reviews"], updated_at=NOW)
    PullRequestKey.objects.create(
        repository=repository, node_id="1", number=1, updated_at=NOW, state="done"
    )

    assert found(repository)["I-17"].numbers["cut"] == 1


def test_the_number_of_statements_does_not_depend_on_the_number_of_pull_requests(repository):
    def statements() -> int:
        ours = claim(repository.team, Status.COMPUTING_INSIGHTS)
        with CaptureQueriesContext(connection) as queries:
            find(ours, now=NOW)
        return len(queries)

    stale(repository)
    found(repository)
    few = statements()
    for _ in range(20):
        ReviewFactory(pull_request=stale(repository))

    assert statements() == few
    assert few <= 28


def test_a_rule_that_fails_is_logged_and_the_others_are_stored(repository, monkeypatch, caplog):
    def broken(material):
        return 1 / 0

    monkeypatch.setattr("apps.insights.find.RULES", {"I-01": broken, "I-03": RULES["I-03"]})
    stale(repository)

    assert set(found(repository)) == {"I-03"}
    assert "rule I-01 failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_lost_ticket_stores_nothing(repository):
    stale(repository)
    ours = claim(repository.team, Status.COMPUTING_INSIGHTS)
    rows().filter(pk=repository.team.pk).update(pipeline_ticket=ours.ticket + 1)

    with pytest.raises(TicketLost):
        find(ours, now=NOW)

    assert not Insight.objects.exists()
