"""A query string becomes what is chosen, and again a query string; nonsense is left out."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils import timezone

from apps.dashboard.filters import filters_of, query_of
from tests.factories import TrackedRepositoryFactory

pytestmark = pytest.mark.django_db


def read(team, query=""):
    return filters_of(team, QueryDict(query), now=timezone.now())


def test_nothing_asked_for_is_the_last_30_days(team):
    filters = read(team)

    assert filters.chosen.period.name == "last 30 days"
    assert not filters.chosen.is_narrowed
    assert filters.complaints == ()
    assert query_of(filters.chosen) == "?"


def test_every_filter_survives_the_way_to_a_link_and_back(team, merged):
    first, *_ = merged(2)
    query = (
        f"?days=7&repo={first.repository_id}&author={first.author_id}&state=open&state=merged"
        "&ai=B&size=xl&week=2026-05-25&q=%23+1&bots=1"
    )

    filters = read(team, query[1:])

    assert filters.complaints == ()
    assert filters.chosen.repositories == (first.repository_id,)
    assert filters.chosen.authors == (first.author_id,)
    assert filters.chosen.states == ("open", "merged")
    assert filters.chosen.week == date(2026, 5, 25)
    assert filters.chosen.with_bots
    assert query_of(filters.chosen) == query


def test_own_days_are_kept_as_days(team):
    chosen = read(team, "from=2026-04-01&to=2026-04-30").chosen

    assert (chosen.period.first_day, chosen.period.last_day) == (
        date(2026, 4, 1),
        date(2026, 4, 30),
    )
    assert query_of(chosen) == "?from=2026-04-01&to=2026-04-30"
    assert query_of(chosen, states=("open",)).endswith("&state=open")


@pytest.mark.parametrize("query", ["from=2026-05-01", "from=2026-05-01&to="])
def test_a_first_day_alone_goes_up_to_today(team, query):
    assert read(team, query).chosen.period.last_day == date(2026, 6, 1)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("days=12", "“12” is no number of days that can be chosen here"),
        ("repo=1 OR 1", "“1 OR 1” is no repository that can be chosen here"),
        ("author=99999999999999999999", "is no author that can be chosen here"),
        ("state=shut", "“shut” is no state"),
        ("ai=b", "“b” is no class of AI use"),
        ("size=huge", "“huge” is no size"),
        ("week=2026-05-26", "“2026-05-26” is no week within these days"),
        ("week=2025-05-26", "“2025-05-26” is no week within these days"),
        ("from=yesterday", "“yesterday” is no day such as 2026-03-31"),
        ("from=2026-05-02&to=2026-05-01", "The first day has to come before the last one."),
        ("to=2026-06-02", "The last day lies in the future."),
        ("to=0001-01-01", "GitHub has no pull requests from before"),
    ],
)
def test_what_cannot_be_is_left_out_and_said(team, query, said):
    filters = read(team, query)

    assert said in " ".join(filters.complaints)
    assert not filters.chosen.is_narrowed
    assert filters.chosen.period.days == 30


def test_another_teams_repository_is_unknown(team):
    foreign = TrackedRepositoryFactory()

    filters = read(team, f"repo={foreign.pk}")

    assert filters.chosen.repositories == ()
    assert foreign.name_with_owner not in str(filters)


def test_a_flood_of_nonsense_is_told_in_a_few_words(team):
    query = "&".join(f"state={'x' * 200}{number}" for number in range(500))

    complaints = read(team, query).complaints

    assert len(complaints) == 5
    assert all(len(complaint) < 120 for complaint in complaints)


def test_a_search_is_cut_and_holds_letters_only(team):
    assert read(team, f"q=a%00b%0A{'c' * 300}").chosen.search == "ab" + "c" * 98


def test_the_weeks_to_choose_from_are_those_of_the_days(team):
    weeks = read(team, "days=7").known["week"]

    assert list(weeks) == ["2026-05-25", "2026-06-01"]


def test_it_costs_two_statements(team, django_assert_num_queries):
    with django_assert_num_queries(2):
        read(team, "days=7&state=open")
