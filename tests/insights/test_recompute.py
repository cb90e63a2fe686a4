"""A moved threshold is computed anew at once, and never across a run that is at it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import respx
from django.db import connection, connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from apps.insights.explain import explain
from apps.insights.fence import Moved, Unclaimed
from apps.insights.find import find
from apps.insights.models import Insight, RuleSetting, Summary
from apps.insights.recompute import Busy, compute_anew
from apps.insights.tasks import recompute
from apps.insights.team_thresholds import change
from apps.llm.models import LlmUse
from apps.metrics.hooks import recounted
from apps.metrics.measure import measure
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.claims import claim
from tests.factories import PullRequestFactory, TeamFactory, TrackedRepositoryFactory
from tests.insights.test_explain import GROQ, HONEST, says

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def team():
    """Measured and at rest, with a pull request that nobody has touched for 20 days."""
    repository = TrackedRepositoryFactory()
    PullRequestFactory(repository=repository, created_at=NOW - timedelta(days=20))
    for _ in range(7):
        PullRequestFactory(repository=repository, merged=True)
    measure(claim(repository.team), since=NOW - timedelta(days=90), now=NOW)
    put(repository.team, Status.COMPLETE)
    return repository.team


def put(team: Team, status: Status) -> None:
    rows().filter(pk=team.pk).update(onboarding_pipeline_status=status)


def open_rules(team: Team) -> set[str]:
    return set(team.insights.open().values_list("rule", flat=True))


def test_it_finds_and_explains_with_the_thresholds_of_now(team):
    compute_anew(team.pk, now=NOW)
    assert "I-03" in open_rules(team)
    assert "forgotten" in Summary.objects.get().text

    change(team, {"I-03.days": "30"}, None)
    compute_anew(team.pk, now=NOW)

    assert "I-03" not in open_rules(team)
    assert "forgotten" not in Summary.objects.get().text
    assert Insight.objects.get(rule="I-03").ended_at == NOW


def test_any_number_of_times_is_once(team):
    compute_anew(team.pk, now=NOW)
    before = list(Insight.objects.order_by("pk").values())

    compute_anew(team.pk, now=NOW)

    assert list(Insight.objects.order_by("pk").values()) == before


def test_it_moves_nothing_in_the_pipeline(team):
    before = rows().values().get(pk=team.pk)

    compute_anew(team.pk, now=NOW)

    assert rows().values().get(pk=team.pk) == before


@pytest.mark.parametrize("status", [Status.COMPUTING_INSIGHTS, Status.BACKGROUND_INSIGHTS])
def test_while_a_run_is_at_the_insights_it_writes_nothing_and_comes_again(team, status):
    put(team, status)

    with pytest.raises(Busy):
        compute_anew(team.pk, now=NOW)

    assert not Insight.objects.exists()


def test_a_run_that_moves_meanwhile_makes_it_come_again(team, monkeypatch):
    fence = Unclaimed(Team.objects.get(pk=team.pk))
    rows().filter(pk=team.pk).update(pipeline_ticket=fence.row.pipeline_ticket + 1)

    with pytest.raises(Moved):
        find(fence, now=NOW)
    assert not Insight.objects.exists()

    monkeypatch.setattr("apps.insights.recompute.Unclaimed", lambda _: fence)
    with pytest.raises(Busy):
        compute_anew(team.pk, now=NOW)


def test_a_team_without_numbers_or_a_team_that_is_gone_gets_nothing():
    team = TeamFactory()

    compute_anew(team.pk, now=NOW)
    compute_anew(team.pk + 1, now=NOW)

    assert not Summary.objects.exists()


def test_the_task_is_the_same(team):
    recompute(team_id=team.pk, of_a_later_version=1)

    assert Summary.objects.filter(team=team).exists()


def test_a_team_that_was_counted_anew_gets_new_insights(team, monkeypatch):
    sent = []
    monkeypatch.setattr("apps.insights.later.hint", lambda task, **told: sent.append(told))

    recounted.send_robust(sender=Team, team_id=team.pk)

    assert sent == [{"kwargs": {"team_id": team.pk}}]


def test_the_model_is_asked_again_only_if_it_is_told_something_else(team, settings):
    settings.GROQ_API_KEY, settings.GROQ_BASE_URL = "key", "http://groq.test"
    with respx.mock(assert_all_called=False) as router:
        groq = router.post(GROQ).mock(return_value=says(HONEST))
        compute_anew(team.pk, now=NOW)
        compute_anew(team.pk, now=NOW)
        assert groq.call_count == 1

        change(team, {"I-03.days": "9"}, None)
        compute_anew(team.pk, now=NOW)

    assert groq.call_count == 2


def test_finding_and_explaining_take_as_many_statements_for_many_as_for_few(team):
    def statements() -> int:
        compute_anew(team.pk, now=NOW)  # what fires for the first time is one INSERT more
        with CaptureQueriesContext(connection) as queries:
            compute_anew(team.pk, now=NOW)
        return len(queries)

    few = statements()
    repository = team.repositories.get()
    for _ in range(25):
        PullRequestFactory(repository=repository, merged=True)
        PullRequestFactory(repository=repository, created_at=NOW - timedelta(days=20))

    assert statements() == few


def test_what_was_paid_is_counted_even_if_a_run_moves_meanwhile(team, settings):
    settings.GROQ_API_KEY, settings.GROQ_BASE_URL = "key", "http://groq.test"

    fence = Unclaimed(Team.objects.get(pk=team.pk))
    find(fence, now=NOW)
    rows().filter(pk=team.pk).update(pipeline_ticket=F("pipeline_ticket") + 1)
    with respx.mock() as router:
        router.post(GROQ).mock(return_value=says(HONEST))
        with pytest.raises(Moved):
            explain(fence, now=NOW)

    assert LlmUse.objects.get(team=team).requests == 1
    assert not Summary.objects.exists()


def test_a_team_without_budget_asks_nothing(team, settings):
    settings.GROQ_API_KEY, settings.GROQ_BASE_URL = "key", "http://groq.test"
    Team.objects.filter(pk=team.pk).update(llm_daily_usd=0)
    with respx.mock(assert_all_called=False) as router:
        groq = router.post(GROQ)
        compute_anew(team.pk, now=NOW)

    assert not groq.called
    assert Summary.objects.get().source == Summary.Source.TEMPLATE


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_what_the_last_threshold_says(team):
    """Whoever writes last has read the newest thresholds, however long ago it began."""

    def at_once(days: int) -> None:
        change(team, {"I-03.days": str(days)}, None)
        compute_anew(team.pk, now=NOW)
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(at_once, [9, 30, 10, 40, 11, 50, 12, 13]))

    days = RuleSetting.objects.get(rule="I-03").value
    rows_of_rule = Insight.objects.filter(rule="I-03").open()
    assert [row.numbers["limit_days"] for row in rows_of_rule] == [days for _ in [1] if days < 20]
    open_ones = list(team.insights.open().values_list("rule", flat=True))
    assert len(open_ones) == len(set(open_ones))
    told = "forgotten pull requests" in Summary.objects.get().text
    assert told == ("I-03" in open_ones)
