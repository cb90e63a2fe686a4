"""What calls cost, in whole nano-dollars, and when the model may be asked no more today."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import time_machine

from apps.core.money import NANO
from apps.llm import costs
from apps.llm.checks import check_cap, check_llm, check_models_have_prices, check_prices
from apps.llm.models import LlmUse
from tests.factories import TeamFactory

SMALL, LARGE = "openai/gpt-oss-20b", "openai/gpt-oss-120b"
LIVE, BATCH = LlmUse.Way.LIVE, LlmUse.Way.BATCH


@dataclass(frozen=True)
class Used:
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


def used(team, dollars, *, day=None, **fields):
    """Store use of so many dollars."""
    kept = {"run": 1, "model": SMALL, "way": LIVE, "purpose": LlmUse.Purpose.READING} | fields
    nano = int(Decimal(str(dollars)) * NANO)
    return LlmUse.objects.create(team=team, day=day or costs.today(), nano_usd=nano, **kept)


# --- Prices ---


@pytest.mark.parametrize(
    ("model", "usage", "way", "nano"),
    [
        # By hand from the price list: 0.075, 0.0375 and 0.30 dollars a million tokens.
        (SMALL, Used(1_000_000), LIVE, 75_000_000),
        (SMALL, Used(1_000_000, cached_tokens=1_000_000), LIVE, 37_500_000),
        (SMALL, Used(completion_tokens=1_000_000), LIVE, 300_000_000),
        (SMALL, Used(1000, 600, 200), LIVE, 400 * 75 + 600 * 37.5 + 200 * 300),
        (LARGE, Used(1000, 600, 200), LIVE, 400 * 150 + 600 * 75 + 200 * 600),
        (SMALL, Used(1000, 600, 200), BATCH, (1000 * 75 + 200 * 300) / 2),
        (SMALL, Used(1, 1), LIVE, 38),  # 37.5: half a nano-dollar is rounded up
        (SMALL, Used(), LIVE, 0),
        (SMALL, Used(10, cached_tokens=99), LIVE, 375),  # never less than nothing
        ("somebody/new-model", Used(1000, 600, 200), LIVE, 400 * 150 + 600 * 75 + 200 * 600),
    ],
)
def test_calls_cost_what_the_price_list_says(model, usage, way, nano):
    cost = costs.cost_nano_usd(model, usage, way)

    assert (cost, type(cost)) == (nano, int)


@pytest.mark.parametrize("bad", [{}, [], "{", {SMALL: 3}, {SMALL: [1, 2]}, {SMALL: [1, 2, "x"]}])
def test_prices_that_nothing_can_be_counted_with_are_told_at_the_start(settings, bad):
    settings.GROQ_PRICES = bad

    (error,) = check_llm()

    assert error.id == "llm.E001"
    assert "GROQ_PRICES" in error.msg
    assert '{"openai/gpt-oss-20b": [0.075, 0.0375, 0.30]}' in error.hint


@pytest.mark.parametrize("price", [[-1, 0, 0], [0, 0, float("nan")], [0, float("inf"), 0], None])
def test_a_price_is_three_amounts(price):
    assert [error.id for error in check_prices({SMALL: price})] == ["llm.E001"]


def test_a_model_without_a_price_is_told_once():
    warnings = list(check_models_have_prices({SMALL: [1, 1, 1]}, (SMALL, "new", "new", "")))

    assert [warning.msg for warning in warnings] == ["GROQ_PRICES has no price for new"]


@pytest.mark.parametrize("dollars", [-1.0, float("nan"), float("inf")])
def test_a_budget_is_an_amount(dollars):
    (error,) = check_cap("LLM_DAILY_USD", dollars)

    assert error.msg.startswith("LLM_DAILY_USD: ")


def test_the_configuration_as_it_comes_is_fine():
    assert check_llm() == []


# --- Caps ---


@pytest.mark.django_db
def test_a_day_is_one_of_utc(settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    late = datetime(2026, 6, 2, 1, tzinfo=timezone(timedelta(hours=5)))

    with time_machine.travel(late, tick=False):
        assert costs.today() == date(2026, 6, 1)


@pytest.mark.django_db
def test_today_is_summed_over_runs_models_and_ways_and_nothing_else():
    team, other = TeamFactory(), TeamFactory()
    used(team, "0.10")
    used(team, "0.02", way=BATCH)
    used(team, "0.003", run=2, model=LARGE, purpose=LlmUse.Purpose.SUMMARY)
    used(team, 5, day=costs.today() - timedelta(days=1))
    used(other, 7)

    assert costs.spent_today(team) == 123_000_000
    assert costs.spent_today_by_all() == 7_123_000_000


@pytest.mark.django_db
def test_what_is_left_takes_two_statements_and_the_budget_of_now(
    settings, django_assert_num_queries
):
    settings.LLM_TEAM_DAILY_USD, settings.LLM_DAILY_USD = 1.0, 25.0
    team = TeamFactory()
    used(team, "0.25")
    used(TeamFactory(), 20)
    type(team).objects.filter(pk=team.pk).update(llm_daily_usd=Decimal("2.00"))

    with django_assert_num_queries(2):
        found = costs.allowance(team)

    assert (found.team_left, found.all_left, found.sentence) == (1_750_000_000, 4_750_000_000, "")
    assert found.left == 1_750_000_000


@pytest.mark.django_db
def test_a_team_that_is_switched_off_during_its_run_may_spend_nothing():
    team = TeamFactory()
    type(team).objects.filter(pk=team.pk).update(llm_enabled=False)

    found = costs.allowance(team)

    assert (found.left, found.sentence) == (0, "The language model was switched off for this team.")


@pytest.mark.django_db
def test_the_teams_own_cap_is_named():
    team = TeamFactory(llm_daily_usd=Decimal("0.50"))
    used(team, "0.51")

    found = costs.allowance(team)

    assert found.left == 0
    assert found.sentence == (
        "The team's budget for the language model, $0.50 a day, is used up."
        " The rest follows with the first run of tomorrow (UTC)."
    )


@pytest.mark.django_db
def test_the_cap_of_all_is_named_without_what_others_have_spent(settings):
    settings.LLM_DAILY_USD = 3.0
    team = TeamFactory()
    used(TeamFactory(), 3)

    assert costs.allowance(team).sentence == (
        "What all teams of this installation may spend on the language model in a day is used up."
        " The rest follows with the first run of tomorrow (UTC)."
    )


@pytest.mark.django_db
def test_tomorrow_there_is_a_whole_budget_again():
    team = TeamFactory(llm_daily_usd=Decimal("0.50"))
    used(team, 1)

    with time_machine.travel(datetime.now(UTC) + timedelta(days=1)):
        assert costs.allowance(team).left == 500_000_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("own", "each", "everybody", "sentence"),
    [
        ("0", 1.0, 25.0, "The team's budget for the language model is $0: it is asked nothing."),
        (
            None,
            0.0,
            25.0,
            "This installation's budget for the language model is $0 a team: it is asked nothing.",
        ),
        (
            None,
            1.0,
            0.0,
            "This installation's budget for the language model is $0: it is asked nothing.",
        ),
    ],
)
def test_a_budget_of_nothing_promises_no_tomorrow(settings, own, each, everybody, sentence):
    settings.LLM_TEAM_DAILY_USD, settings.LLM_DAILY_USD = each, everybody
    team = TeamFactory(llm_daily_usd=None if own is None else Decimal(own))

    found = costs.allowance(team)

    assert (found.left, found.sentence) == (0, sentence)
