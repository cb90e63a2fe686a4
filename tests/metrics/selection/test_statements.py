"""The number of statements is the same for 5 pull requests and for 200."""

import pytest

from apps.metrics.selection.cards import cards
from apps.metrics.selection.open_work import open_work
from apps.metrics.selection.points import cloud, distribution
from apps.metrics.selection.reading import read
from apps.metrics.selection.reviewers import review_load
from apps.metrics.selection.table import every_row, newest_of, page_of
from apps.metrics.selection.weeks import weeks
from tests.factories import ReviewFactory
from tests.metrics.selection.choosing import NOW, chosen, know, merge, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[5, 200])
def team(request, repository):
    know(repository.team)
    for n in range(request.param // 2 + 1):
        ReviewFactory(pull_request=merge(repository, days_ago=n / 4).pull_request)
        opened(repository, days_ago=n)
    return repository.team


def test_reading_is_five_statements_and_its_figures_none(team, django_assert_num_queries):
    with django_assert_num_queries(5):
        selection = read(team, chosen(team, search="change"), now=NOW)

    with django_assert_num_queries(0):
        assert cards(selection)
        assert weeks(selection)
        assert distribution(selection)
        assert review_load(selection).reviews


def test_without_reviewers_it_is_four(team, django_assert_num_queries):
    with django_assert_num_queries(4):
        assert read(team, chosen(team), now=NOW, with_reviewers=False).reviewers == ()


def test_open_work_and_points_are_one_each(team, django_assert_num_queries):
    selection = read(team, chosen(team), now=NOW)

    with django_assert_num_queries(1):
        open_work(team, chosen(team), now=NOW)
    with django_assert_num_queries(1):
        cloud(team, selection)
    with django_assert_num_queries(1):
        newest_of(team, selection, most=20)


def test_a_page_of_the_table_is_a_few(team, django_assert_num_queries):
    with django_assert_num_queries(4):
        page_of(team, chosen(team), now=NOW)
    with django_assert_num_queries(3):
        assert list(every_row(team, chosen(team), now=NOW))
