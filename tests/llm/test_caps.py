"""A team that has used up its budget of the day waits for tomorrow, and holds nobody else up."""

from decimal import Decimal

import pytest

from apps.llm.analyse import analyse, analyse_older
from apps.llm.costs import NANO, allowance
from apps.llm.models import LlmUse, PullRequestAnalysis
from apps.llm.progress import analysed_of
from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.factories import PullRequestFactory, TeamFactory, TrackedRepositoryFactory
from tests.llm.looking import FOOTER, llm_progress, states

pytestmark = pytest.mark.django_db

IN_FLIGHT = 8 + 16  # at once, and what a group holds


@pytest.fixture
def price(settings):
    """Each call costs about a cent."""
    settings.GROQ_PRICES = {settings.GROQ_MODEL: [10, 5, 30]}


def test_a_flood_uses_up_its_team_s_budget_and_no_other_s(
    team, claim_of, pull_requests, groq, price, settings
):
    settings.LLM_TEAM_DAILY_USD = 0.20
    pull_requests(1, body=FOOTER)
    pull_requests(150)  # of 10,000 that somebody has pushed
    other = TeamFactory(onboarding_pipeline_status=Status.BACKGROUND_LLM, pipeline_ticket=1)
    PullRequestFactory.create_batch(5, repository=TrackedRepositoryFactory(team=other))

    analyse_older(claim_of(team, Status.BACKGROUND_LLM))
    analyse_older(claim_of(other, Status.BACKGROUND_LLM))

    spent = LlmUse.objects.get(team=team)
    dearest = spent.nano_usd / spent.requests * 1.2
    assert 0.20 * NANO <= spent.nano_usd <= 0.20 * NANO + IN_FLIGHT * dearest
    assert 0 < analysed_of(team).analysed < 151
    assert analysed_of(team).sentence.endswith(allowance(Team.objects.get(pk=team.pk)).sentence)
    assert "used up" in analysed_of(team).sentence
    assert ("B", "pending") in states(team)
    assert 0 < llm_progress(team) < 100
    assert analysed_of(other).analysed == 5
    assert llm_progress(other) == 100


def test_nothing_is_asked_where_nothing_may_be_spent_and_the_step_goes_on(
    team, claim_of, pull_requests, groq
):
    Team.objects.filter(pk=team.pk).update(llm_daily_usd=Decimal(0))
    pull_requests(3)

    analyse(claim_of(team))

    assert groq.counts["chat"] == 0
    assert states(team) == [("U", "pending")] * 3
    assert "$0" in analysed_of(team).sentence


def test_the_next_day_goes_on_where_the_budget_ended(
    team, claim_of, pull_requests, groq, price, settings
):
    settings.LLM_TEAM_DAILY_USD = 0.05
    pull_requests(60)
    analyse_older(claim_of(team, Status.BACKGROUND_LLM))
    asked = groq.counts["chat"]
    LlmUse.objects.update(day="2026-01-01")
    settings.LLM_TEAM_DAILY_USD = 100

    analyse_older(claim_of(team, Status.BACKGROUND_LLM))

    assert asked < 60
    assert groq.counts["chat"] == 60
    assert llm_progress(team) == 100
    assert not PullRequestAnalysis.objects.exclude(llm_reason="").exists()


def test_answers_that_are_paid_need_no_budget(team, claim_of, pull_requests, groq, settings):
    pull_requests(3)
    analyse(claim_of(team))
    PullRequestAnalysis.objects.all().delete()
    settings.LLM_TEAM_DAILY_USD = 0

    analyse(claim_of(team))

    assert states(team) == [("D", "done")] * 3
    assert groq.counts["chat"] == 3


def test_the_cap_of_the_installation_stops_every_team(
    team, claim_of, pull_requests, groq, settings
):
    pull_requests(1)
    analyse(claim_of(team))
    settings.LLM_DAILY_USD = 0.000_000_001
    other = TeamFactory(onboarding_pipeline_status=Status.BACKGROUND_LLM, pipeline_ticket=1)
    PullRequestFactory.create_batch(2, repository=TrackedRepositoryFactory(team=other))

    analyse(claim_of(other))

    assert groq.counts["chat"] == 1
    assert "all teams" in analysed_of(other).sentence
