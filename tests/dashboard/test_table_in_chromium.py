"""The table and the counting page in Chromium: by keyboard, and on a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from apps.github.models import Person
from apps.metrics.measure import measure
from apps.pipeline.machine import Status
from tests.chromium import WIDER, chromium, pytestmark, until, window
from tests.claims import claim
from tests.dashboard.conftest import NOW
from tests.dashboard.counting import url_of
from tests.factories import PersonFactory, PullRequestFactory, TrackedRepositoryFactory

__all__ = ["chromium", "pytestmark", "window"]

FOCUSED = (
    "document.activeElement.matches('a, button, input, select') &&"
    " (document.activeElement.ariaLabel || document.activeElement.innerText || '')"
)


@pytest.fixture
def open_page(window, team, live_server):
    """`open_page("counting")` opens it signed in, on a phone."""

    def open_it(name, *pk):
        page = window(width=360, height=800)
        page.goto(live_server.url + url_of(team, name, *pk))
        return page

    return open_it


def press(page, words):
    """Go to what is called so with the tabulator, and press Enter on it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if words in (page.evaluate(FOCUSED) or ""):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not reach “{words}”")


def test_the_table_is_sorted_by_keyboard_and_fits_a_phone(team, open_page):
    repository = TrackedRepositoryFactory(team=team, last_synced_at=NOW, sync_status="completed")
    for place, title in enumerate(("Older", "A title without an end " + "x" * 200)):
        PullRequestFactory(
            repository=repository,
            title=title,
            merged=True,
            created_at=NOW - timedelta(days=5 - place),
        )
    measure(claim(team, Status.BACKGROUND_METRICS), since=NOW - timedelta(days=30), now=NOW)
    page = open_page("pull_requests")

    assert not page.evaluate(WIDER)
    expect(page.locator("tbody tr").first).to_contain_text("A title without an end")
    press(page, "State")

    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("tbody tr").first).to_contain_text("Older")
    table = page.get_by_role("group", name="2 pull requests")
    table.focus()
    page.keyboard.press("ArrowRight")
    until(page, "document.activeElement.scrollLeft > 0")


def test_a_script_is_found_and_put_on_the_list_by_keyboard(team, open_page):
    PersonFactory(team=team, login="release-script")
    page = open_page("counting")

    assert not page.evaluate(WIDER)
    press(page, "release-script")
    press(page, "Count it as a bot")

    expect(page.locator("#messages")).to_contain_text("release-script counts as a bot.")
    assert not page.evaluate(WIDER)
    assert Person.objects.get(login="release-script").counts_as_bot
