"""The import above other pages in Chromium: it moves by itself, hides nothing, and ends."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.pipeline.rows import rows
from tests.chromium import WIDER, chromium, found_by_axe, pytestmark, window
from tests.factories import PullRequestFactory

__all__ = ["chromium", "pytestmark", "window"]


@pytest.fixture
def open_page(window, live_server, settings):
    """`open_page(step, …)` opens a step of the team; afterwards nothing may be on the console."""
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"poll_interval_seconds": 1}
    complaints = []

    def open_it(team, step, **how):
        page = window(**how)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(live_server.url + reverse(f"onboarding:{step}", args=[team.slug]))
        return page

    yield open_it
    assert complaints == []


def put(team, **columns):
    rows().filter(pk=team.pk).update(**columns)


def test_it_moves_by_itself_leaves_focus_alone_and_leads_to_the_dashboard(open_page, team):
    page = open_page(team, "jira")
    floating = page.locator("#import-indicator")
    page.get_by_role("button", name="Skip").focus()
    expect(floating).to_contain_text("0 of 1 repository read")

    PullRequestFactory(repository=team.repositories.get())
    team.repositories.update(sync_status="completed")

    expect(floating).to_contain_text("1 of 1 repository read")
    expect(page.locator("#indicator-numbers")).to_contain_text("in the last 30 days so far")
    assert page.evaluate("document.activeElement.innerText").strip() == "Skip"

    put(team, onboarding_pipeline_status="complete", phase1_completed_at="2026-06-01T12:00:00Z")
    floating.get_by_role("link", name="Open the dashboard").click()

    expect(page).to_have_url(re.compile(reverse("dashboard:overview", args=[team.slug]) + "$"))


def test_at_its_end_it_asks_no_more(open_page, team):
    page = open_page(team, "slack")
    put(team, onboarding_pipeline_status="failed", onboarding_pipeline_error="GitHub said no.")
    expect(page.locator("#import-indicator")).to_contain_text("GitHub said no.")
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.wait_for_timeout(1500)

    assert asked == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("step", ["jira", "slack", "status"])
def test_on_a_phone_it_covers_nothing_for_good_and_axe_finds_nothing(open_page, team, step, scheme):
    PullRequestFactory(repository=team.repositories.get())
    page = open_page(team, step, width=360, height=640, color_scheme=scheme)

    assert not page.evaluate(WIDER)
    assert found_by_axe(page) == []
    if step != "status":
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        button = page.get_by_role("button", name="Skip").bounding_box()
        floating = page.locator("#import-indicator").bounding_box()
        assert button["y"] + button["height"] <= floating["y"]
