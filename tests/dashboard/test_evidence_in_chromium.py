"""The evidence card in Chromium: by keyboard, on a phone, and with texts that want to be code."""

import pytest
from playwright.sync_api import expect

from apps.llm.models import Correction
from tests.chromium import chromium, pytestmark, window
from tests.dashboard.judged import judged, url_of

__all__ = ["chromium", "pytestmark", "window"]

HOSTILE = (
    '<img src="http://evil.example/a.png" onerror="document.title=\'owned\'">'
    " ![](http://evil.example/b.png) <script>document.title='owned'</script>"
)
FOCUS_IN = "text => document.activeElement?.closest('summary, label, button')?.textContent"


@pytest.fixture
def open_card(window, team, live_server):
    """`open_card(row, …)` opens it signed in; gives the page and what it has asked others for."""

    def open_it(row, *, width=360, **how):
        page, elsewhere = window(width=width, height=800, **how), []
        page.on(
            "request",
            lambda asked: asked.url.startswith(live_server.url) or elsewhere.append(asked.url),
        )
        page.goto(live_server.url + url_of("pull_request", team, row.pk))
        return page, elsewhere

    return open_it


def tab_to(page, words):
    for _ in range(80):
        page.keyboard.press("Tab")
        if words in (page.evaluate(FOCUS_IN) or ""):
            return
    raise AssertionError(f"the keyboard does not reach “{words}”")


def test_hostile_texts_run_nothing_and_ask_nobody(team, open_card):
    row = judged(
        team, "C", title=HOSTILE, body=HOSTILE, evidence=[("suspected", "quote", "body", HOSTILE)]
    )
    row.analysis.summary = row.analysis.description = HOSTILE
    row.analysis.save()

    page, elsewhere = open_card(row)

    expect(page.locator("mark")).to_have_text(HOSTILE)
    expect(page.locator("h1")).to_have_text(HOSTILE)
    assert page.locator("main img, main script").count() == 0
    assert "owned" not in page.title()
    assert elsewhere == []
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider)


def test_a_person_says_otherwise_with_the_keyboard_alone(team, open_card):
    page, _elsewhere = open_card(judged(team, "B"))

    tab_to(page, "This is wrong")
    page.keyboard.press("Enter")
    tab_to(page, "AI was used")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Aider")
    tab_to(page, "Let this stand")
    page.keyboard.press("Enter")

    expect(page.locator("#standing")).to_contain_text("No AI was used")
    assert not Correction.objects.get().is_ai_assisted


def test_all_of_it_works_without_scripts(team, open_card):
    page, _elsewhere = open_card(judged(team, "D"), java_script_enabled=False)

    page.get_by_text("This is wrong").click()
    page.get_by_label("AI was used", exact=True).check()
    page.get_by_label("Cursor").check()
    page.get_by_role("button", name="Let this stand").click()
    expect(page.locator("#standing")).to_contain_text("AI was used: Cursor")
    page.get_by_role("button", name="Take back").click()

    expect(page.locator("#messages")).to_contain_text("Taken back")
    assert Correction.objects.get().withdrawn_at


def test_on_a_phone_an_error_is_in_sight_and_then_what_was_done(team, open_card):
    page, _elsewhere = open_card(judged(team, "B"))

    page.get_by_text("This is wrong").click()
    page.evaluate("document.querySelectorAll(':required').forEach(it => { it.required = false })")
    page.get_by_role("button", name="Let this stand").click()
    expect(page.locator("#verdict-error")).to_be_in_viewport()
    page.get_by_label("No AI was used").check()
    page.get_by_role("button", name="Let this stand").click()

    expect(page.locator("#messages")).to_be_in_viewport()
