"""The same number everywhere: cards, weeks, mails and stored weeks, whatever the filters."""

from collections import Counter
from datetime import date, timedelta

import pytest

from apps.core.weeks import Week
from apps.metrics.headline import headline
from apps.metrics.measure import measure
from apps.metrics.models import PullRequestFlow, TeamWeek
from apps.metrics.selection.cards import cards
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.period import between
from apps.metrics.selection.reading import read
from apps.metrics.selection.reviewers import review_load
from apps.metrics.selection.table import page_of
from apps.metrics.selection.weeks import weeks
from tests.claims import claim
from tests.metrics.selection.choosing import NOW, chosen, scatter, selected

pytestmark = pytest.mark.django_db

ZONES = ["Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati"]  # with a change of the clocks
MEDIANS = (
    "cycle_time",
    "coding_time",
    "pickup_time",
    "review_time",
    "merge_time",
    "unreviewed_wait",
    "size",
    "review_rounds",
)


@pytest.fixture(params=range(len(ZONES)))
def team(request, repository):
    """Measured, with all kinds of pull requests."""
    team = repository.team
    team.time_zone = ZONES[request.param]
    team.save()
    scatter(repository, seed=request.param)
    measure(claim(team), since=NOW - timedelta(days=90), now=NOW)
    team.refresh_from_db()
    return team


def card(team, key: str, **filters):
    return {card.key: card.figure for card in cards(selected(team, **filters))}[key]


def test_each_whole_week_is_the_stored_week(team):
    stored = {row.week_start: row for row in TeamWeek.objects.filter(team=team)}
    shown = [week for week in weeks(selected(team, days=90)) if week.is_whole]

    assert len(shown) >= 11
    for week in shown:
        row = stored[week.monday]
        for name in ("opened", "merged", "merged_by_bots"):
            assert getattr(week, name).value == getattr(row, name)
        for name in MEDIANS:
            assert getattr(week, name).value == getattr(row, name), name
            assert getattr(week, name).n == getattr(row, f"{name}_n"), name
        assert (week.review_coverage.k, week.review_coverage.n) == (row.reviewed, row.reviews_known)
        assert (week.big.k, week.big.n) == (row.big, row.size_n)
        assert (week.ai_assisted.k, week.ai_suspected.k) == (row.ai_assisted, row.ai_suspected)
        assert week.ai_assisted.n == row.merged + row.merged_by_agents
        assert week.ai_assisted.decided == row.ai_decided
        if week.is_mature:
            assert (week.reverted.k, week.reverted.n) == (row.reverted, row.merged)


def test_the_weeks_of_a_period_add_up_to_it(team):
    selection = selected(team, days=30)
    shown = weeks(selection)

    assert sum(week.merged.n for week in shown) == len(selection.part.merged)
    assert sum(week.opened.n for week in shown) == selection.part.opened
    assert sum(week.ai_assisted.k for week in shown) == card(team, "ai_assisted").k
    assert sum(week.review_coverage.n for week in shown) == card(team, "review_coverage").n


def test_the_mail_s_headline_is_the_first_row_of_cards(team):
    top = headline(team, now=NOW)

    first = [card for card in cards(selected(team)) if card.is_first_row]
    assert [card.key for card in first] == [
        "merged",
        "cycle_time",
        "pickup_time",
        "review_coverage",
        "ai_assisted",
    ]
    assert all(card.figure == getattr(top, card.key) for card in first)


def test_filters_divide_what_they_filter(team):
    def counts(**filters) -> Counter[str]:
        found = cards(selected(team, **filters))
        return Counter({card.key: card.figure.n for card in found if card.figure.unit != "each"})

    whole = counts()
    assert min(whole[key] for key in ("merged", "cycle_time", "ai_assisted", "size")) >= 8
    flows = PullRequestFlow.objects.filter(team=team)
    for way, values in {
        "repositories": set(flows.values_list("repository", flat=True)),
        "authors": set(flows.values_list("author", flat=True)),
        "states": {"open", "closed", "merged"},
        "classes": set("ABCDU"),
    }.items():
        assert sum((counts(**{way: (value,)}) for value in values), Counter()) == whole, way
    mondays = [week.monday for week in weeks(selected(team))]
    assert sum((counts(week=monday) for monday in mondays), Counter()) == whole


def test_sizes_divide_what_has_a_size(team):
    sizes = [card(team, "size", sizes=(band,)).n for band in ("xs", "s", "m", "l", "xl")]

    assert sum(sizes) == card(team, "size").n
    assert card(team, "size", sizes=("xs", "xl")).n == sizes[0] + sizes[-1]


def test_the_table_lists_what_the_cards_count(team):
    def listed(**filters) -> int:
        return page_of(team, chosen(team, **filters), now=NOW).of

    assert listed(states=("merged",)) == card(team, "merged").n
    assert listed(states=("merged",), classes=("A", "B")) == card(team, "ai_assisted").k
    assert listed(states=("merged",), with_bots=True) == card(team, "merged", with_bots=True).n


def test_two_periods_side_by_side_are_one(team):
    day, today = timedelta(days=1), NOW.astimezone(team.zone).date()
    middle = today - 20 * day

    def merged(first, last) -> int:
        period = between(team.zone, first, last, NOW)
        return len(read(team, Chosen(period=period), now=NOW).part.merged)

    first = today - 40 * day
    assert merged(first, middle) + merged(middle + day, today) == merged(first, today)


def test_the_period_before_is_what_that_period_has_itself(team):
    now = selected(team, days=30)

    earlier = read(team, Chosen(period=now.chosen.period.before()), now=NOW).part.merged

    assert now.before is not None
    assert {row.pull_request for row in now.before.merged} == {row.pull_request for row in earlier}


def test_reviews_are_those_of_the_stored_weeks(team):
    stored = {row.week_start: row.reviews_given for row in TeamWeek.objects.filter(team=team)}
    sunday = date(2026, 5, 31)
    period = between(team.zone, sunday - timedelta(days=27), sunday, NOW)

    load = review_load(read(team, Chosen(period=period), now=NOW))

    mondays = [Week.of(period.since, team.zone).monday + timedelta(weeks=n) for n in range(4)]
    assert load.reviews == sum(stored[monday] for monday in mondays)
