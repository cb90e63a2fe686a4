"""Every page of the dashboard's room, wide and light, narrow and dark: nobody is left out."""

import pytest
from django.urls import reverse

from tests.chromium import WIDER, chromium, found_by_axe, pytestmark, window
from tests.dashboard.overview import insight

__all__ = ["chromium", "pytestmark", "window"]

#: Pages of a team; those of a person, an account or a pull request are added by the test.
PAGES = (
    *("overview", "pull_requests", "compared", "people", "counting", "thresholds"),
    *("definitions", "ai", "ai_use"),
)
OF_ONE = ("member", "counting_account", "pull_request")
OPEN_ALL = "document.querySelectorAll('details').forEach((fold) => { fold.open = true })"


@pytest.fixture
def one_of_many(team, merged):
    """One pull request of a team of which all pages have something to show."""
    found = merged(30, "B") + merged(20, "D") + merged(6, "U")
    insight(team, found[:3])
    return found[0]


@pytest.mark.parametrize("name", PAGES + OF_ONE)
def test_nothing_keeps_anybody_out(team, one_of_many, window, live_server, name):
    keys = {"pull_request": one_of_many.pk}
    args = [team.slug, *([keys.get(name, one_of_many.author_id)] if name in OF_ONE else [])]
    page = window()
    page.goto(live_server.url + reverse(f"dashboard:{name}", args=args))
    page.evaluate(OPEN_ALL)
    assert found_by_axe(page) == []

    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 800})
    assert found_by_axe(page) == []
    assert not page.evaluate(WIDER)
