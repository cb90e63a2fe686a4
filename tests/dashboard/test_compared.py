"""AI against the rest is a page, and a part of the overview that comes when it is in sight."""

import pytest
from django.urls import reverse

from tests.dashboard.overview import page, text_of
from tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def url(team):
    return reverse("dashboard:compared", args=[team.slug])


def test_the_overview_leads_there_with_its_filters(client, team, url, merged):
    merged(3, "B")

    shown = client.get(reverse("dashboard:overview", args=[team.slug]) + "?days=7&ai=B").text

    assert f'hx-get="{url}?days=7&amp;ai=B" hx-trigger="revealed"' in shown
    assert f'<a class="link" href="{url}?days=7&amp;ai=B">Compare the two</a>' in shown


def test_an_overview_with_nothing_to_count_compares_nothing(client, team, url):
    assert url not in page(client, team).text


def test_two_sides_of_the_same_author_are_compared_in_words(client, url, merged):
    merged(30, "B")
    merged(30, "D")

    shown = text_of(client.get(url))

    assert "not distinguishable" in shown
    assert "the same author in the same repository" in shown
    assert "a difference says nothing of its reason" in shown
    assert "<html" in shown


def test_a_filter_by_class_does_not_take_one_side_away(client, url, merged):
    merged(30, "B")
    merged(30, "D")

    filtered = text_of(client.get(f"{url}?ai=B"))

    assert "Too few to compare" not in filtered
    assert "The filter by signs of AI is left out here" in filtered
    assert "The filter by signs of AI is left out here" not in text_of(client.get(url))


def test_its_page_leads_back_with_its_filters(client, team, url, merged):
    merged(3)

    shown = client.get(f"{url}?days=7").text

    assert f'href="{reverse("dashboard:overview", args=[team.slug])}?days=7"' in shown
    assert "The same on the dashboard" in shown


def test_few_are_not_compared(client, url, merged):
    merged(3, "B")
    merged(3, "D")

    shown = client.get(url, headers=HTMX).text

    assert "Too few to compare" in shown
    assert "<html" not in shown
    assert "<table" not in shown


def test_a_foreign_teams_comparison_looks_like_none(client, team):
    foreign = TeamFactory(slug="foreign")

    assert client.get(reverse("dashboard:compared", args=[foreign.slug])).status_code == 404


def test_it_costs_few_statements(client, url, merged, django_assert_max_num_queries):
    merged(30, "B")

    with django_assert_max_num_queries(12):
        client.get(url)
