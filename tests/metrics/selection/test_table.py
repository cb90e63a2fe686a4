"""The table lists what lies behind the numbers, in any order, page by page."""

from datetime import date, timedelta

import pytest

from apps.metrics.selection.table import SORTS, every_row, newest_of, page_of
from tests.factories import PersonFactory, TrackedRepositoryFactory
from tests.metrics.selection.choosing import NOW, chosen, know, merge, opened, selected

pytestmark = pytest.mark.django_db


def numbers(team, *, sort: str = "newest", **filters) -> list[int]:
    page = page_of(team, chosen(team, **filters), now=NOW, sort=sort)
    return [row.number for row in page.rows]


def test_each_state_belongs_to_the_period_in_its_own_way(repository):
    know(repository.team)
    closed = {"state": "closed", "merged_at": None, "created_at": NOW - timedelta(days=70)}
    merge(repository, number=1, days_ago=2)
    merge(repository, number=2, days_ago=31)
    opened(repository, number=3, days_ago=90)
    opened(repository, number=4, closed_at=NOW - timedelta(days=3), **closed)
    opened(repository, number=5, closed_at=NOW - timedelta(days=32), **closed)
    merge(repository, number=6, is_to_default_branch=False)

    assert numbers(repository.team) == [1, 4, 3]


def test_an_open_one_belongs_to_each_period_in_which_it_was_open(repository):
    know(repository.team)
    opened(repository, number=1, days_ago=1)
    opened(repository, number=2, days_ago=20)

    assert numbers(repository.team) == [1, 2]
    assert numbers(repository.team, week=date(2026, 5, 18)) == [2]
    assert numbers(repository.team, week=date(2026, 5, 11)) == [2]
    assert numbers(repository.team, week=date(2026, 5, 4)) == []


def test_what_was_merged_before_the_history_begins_is_not_listed(repository):
    know(repository.team, since=date(2026, 5, 25))
    merge(repository, number=1, days_ago=8)
    merge(repository, number=2, days_ago=12)

    assert numbers(repository.team) == [1]


def test_an_agent_s_own_are_listed_where_their_class_is_asked_for(repository):
    know(repository.team)
    merge(repository, number=1, is_by_person=False, ai_class="A")
    merge(repository, number=2, is_by_person=False)

    assert numbers(repository.team) == []
    assert numbers(repository.team, classes=("A",)) == [1]
    assert numbers(repository.team, with_bots=True) == [2, 1]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", [3, 2, 1]),
        ("oldest", [1, 2, 3]),
        ("slowest", [2, 3, 1]),
        ("fastest", [3, 2, 1]),
        ("waited", [1, 3, 2]),
        ("largest", [3, 1, 2]),
        ("smallest", [1, 3, 2]),
        ("rounds", [2, 3, 1]),
        ("repository", [3, 1, 2]),
        ("author", [3, 2, 1]),
    ],
)
def test_it_is_sorted_and_what_has_no_value_comes_last(repository, sort, order):
    know(repository.team)
    team = repository.team
    other = TrackedRepositoryFactory(team=team, name_with_owner="zzz/last")
    ada, zoe = (PersonFactory(team=team, login=login) for login in ("ada", "zoe"))
    merge(repository, number=1, days_ago=3, author=zoe, cycle_time=None, pickup_time=9, size=5)
    merge(other, number=2, days_ago=2, author=zoe, cycle_time=9, size=None, review_rounds=2)
    merge(repository, number=3, days_ago=1, author=ada, cycle_time=1, pickup_time=1, size=8)

    assert numbers(team, sort=sort) == order


def test_every_sort_has_a_name_of_its_own():
    assert all(sort.name for sort in SORTS.values())
    assert len({sort.name for sort in SORTS.values()}) == len(SORTS)


def test_pages_follow_each_other_and_the_last_one_stands_for_later_ones(repository):
    know(repository.team)
    for n in range(5):
        merge(repository, number=n + 1, days_ago=n + 1)
    wanted = chosen(repository.team)

    pages = [
        page_of(repository.team, wanted, now=NOW, page=page, per_page=2) for page in (1, 2, 3, 9, 0)
    ]

    assert [[row.number for row in page.rows] for page in pages] == [
        [1, 2],
        [3, 4],
        [5],
        [5],
        [1, 2],
    ]
    assert [(page.number, page.pages, page.of) for page in pages][2:] == [
        (3, 3, 5),
        (3, 3, 5),
        (1, 3, 5),
    ]


def test_nothing_is_one_empty_page(repository):
    page = page_of(repository.team, chosen(repository.team), now=NOW)

    assert (page.rows, page.number, page.pages, page.of) == ((), 1, 1, 0)


def test_a_week_outside_the_period_lists_nothing(repository):
    know(repository.team)
    opened(repository, days_ago=80)

    assert numbers(repository.team, week=date(2026, 7, 6)) == []
    assert numbers(repository.team, week=date(2026, 5, 25)) != []


def test_all_rows_are_the_pages_rows(repository):
    know(repository.team)
    for n in range(5):
        merge(repository, number=n + 1, days_ago=n + 1)
    wanted = chosen(repository.team)

    every = list(every_row(repository.team, wanted, now=NOW))

    assert tuple(every) == page_of(repository.team, wanted, now=NOW).rows
    assert newest_of(repository.team, selected(repository.team), most=2) == tuple(every[:2])
    assert (every[0].repository, every[0].title) == (repository.name_with_owner, "A change")
