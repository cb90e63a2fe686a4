"""The team's budget for the language model, as an admin sets it."""

from decimal import Decimal

import pytest

from apps.teams.models import Team
from tests.dashboard.using import budget_of, url_of, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key")]


@pytest.mark.parametrize(
    ("entered", "stored", "said"),
    [
        ("0.50", Decimal("0.50"), "The team's budget is $0.50 a day."),
        (" 12 ", Decimal(12), "The team's budget is $12.00 a day."),
        ("0", Decimal(0), "The team's budget is $0.00 a day."),
        ("", None, "The installation's budget holds: $1.00 a day."),
    ],
)
def test_an_admin_sets_the_budget(client, team, entered, stored, said):
    Team.objects.filter(pk=team.pk).update(llm_daily_usd=Decimal("7.00"))

    answer = client.post(url_of(team), {"llm_daily_usd": entered}, follow=True)

    assert budget_of(team) == stored
    assert said in words_of(answer)
    ((address, _),) = answer.redirect_chain
    assert address.partition("#")[0] == url_of(team)


@pytest.mark.parametrize(
    ("entered", "error"),
    [
        ("0,50", "Write an amount in US dollars, such as 0.50"),
        ("much", "Write an amount in US dollars"),
        ("NaN", "Write an amount in US dollars"),
        ("-1", "A budget is 0 or more"),
        ("0.001", "Whole cents, please"),
        ("1234567", "At most 999999.99"),
        ("1\x00", "Write an amount in US dollars"),
    ],
)
def test_what_is_no_budget_is_told_and_kept_in_the_field(client, team, entered, error):
    Team.objects.filter(pk=team.pk).update(llm_daily_usd=Decimal("7.00"))

    answer = client.post(url_of(team), {"llm_daily_usd": entered})

    assert error in words_of(answer)
    assert f'value="{entered}"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert budget_of(team) == Decimal("7.00")
