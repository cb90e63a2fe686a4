"""The form shows what is chosen, and each of its links changes one thing."""

import pytest
from django.http import QueryDict
from django.utils import timezone

from apps.dashboard.filter_form import form_of
from apps.dashboard.filters import filters_of

pytestmark = pytest.mark.django_db


def form(team, query="", **how):
    return form_of(filters_of(team, QueryDict(query), now=timezone.now()), **how)


def test_each_chip_takes_its_own_filter_away(team):
    chips = {chip.label: chip.query for chip in form(team, "state=open&state=merged&q=lamp").chips}

    assert chips == {
        "State: Open": "?state=merged&q=lamp",
        "State: Merged": "?state=open&q=lamp",
        "Search: lamp": "?state=open&state=merged",
    }


def test_clear_keeps_the_days(team):
    assert form(team, "days=7&state=open&bots=1").clear == "?days=7"


def test_other_days_keep_the_filters_but_not_the_week(team):
    days = form(team, "ai=B&week=2026-05-25&from=2026-05-20&to=2026-05-30").days

    assert [link.query for link in days] == ["?days=7&ai=B", "?ai=B", "?days=90&ai=B"]
    assert not any(link.is_chosen for link in days)


def test_what_is_chosen_is_ticked(team):
    states = next(field for field in form(team, "state=open").fields if field.name == "state")

    assert [option.value for option in states.options if option.is_chosen] == ["open"]


def test_the_order_of_a_table_is_kept(team):
    assert form(team, "state=open", sort="-size").clear == "?sort=-size"


def test_a_form_emptied_of_its_days_leads_to_the_usual_ones(team):
    """Without `from` and `to` an address means 30 days, whatever was shown before."""
    assert form(team, "from=2026-05-20&to=2026-05-20").other_days == 30
    assert form(team, "days=7").other_days == 7
