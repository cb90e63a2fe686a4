"""Sums are added to the rows that are there, and begin a row where there is none."""

from datetime import date

import pytest

from apps.core.adding import add
from apps.llm.models import LlmUse
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
KEY = ("team_id", "day", "run", "model", "way", "purpose")
SUMS = ("requests", "prompt_tokens", "cached_tokens", "completion_tokens", "nano_usd")


def row(team, model, requests, day=date(2026, 2, 28)):
    key = {"team_id": team.pk, "day": day, "run": 1, "model": model, "way": "live"}
    return key | {"purpose": "reading"} | dict.fromkeys(SUMS, 0) | {"requests": requests}


def test_what_is_there_grows_and_the_rest_begins_in_one_statement(django_assert_num_queries):
    team, other = TeamFactory(), TeamFactory()
    add(LlmUse, [row(team, "m", 3)], key=KEY, sums=SUMS)
    add(LlmUse, [row(other, "m", 100)], key=KEY, sums=SUMS)

    with django_assert_num_queries(1):
        add(LlmUse, [row(team, "m", 4), row(team, "n", 5)], key=KEY, sums=SUMS)

    found = LlmUse.objects.order_by("requests").values_list("team_id", "model", "requests", "day")
    assert list(found) == [
        (team.pk, "n", 5, date(2026, 2, 28)),
        (team.pk, "m", 7, date(2026, 2, 28)),
        (other.pk, "m", 100, date(2026, 2, 28)),
    ]


def test_nothing_to_add_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        add(LlmUse, [], key=KEY, sums=SUMS)
