"""The overview in Chromium: charts are drawn, the keyboard reaches all, nothing complains."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.metrics.models import Measurement
from tests.chromium import chromium, pytestmark, window
from tests.dashboard.overview import insight

__all__ = ["chromium", "pytestmark", "window"]

DRAWN = "figure[data-chart][data-drawn='yes']"
INK = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value > 0);
}"""


@pytest.fixture
def url(team):
    return reverse("dashboard:overview", args=[team.slug])


@pytest.fixture
def open_page(window, url, live_server):
    """`open_page("?days=7", …)` opens it signed in; gives the page and its complaints."""

    def open_it(query="", **how):
        page, complaints = window(**how), []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + url + query)
        return page, complaints

    return open_it


@pytest.fixture
def full(team, merged):
    found = merged(30, "B") + merged(20, "D") + merged(6, "U")
    insight(team, found[:3])
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_chart_is_drawn_and_nothing_complains(full, open_page, scheme, width):
    page, complaints = open_page(width=width, color_scheme=scheme)

    expect(page.locator(DRAWN)).to_have_count(4)
    assert all(canvas.evaluate(INK) for canvas in page.locator("canvas").all())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


def test_a_chart_folds_its_table_and_the_table_can_be_opened(full, open_page):
    page, _complaints = open_page()
    table = page.locator("figure", has=page.locator("#chart-merged")).locator("details")
    expect(table.locator("table")).to_be_hidden()

    table.locator("summary").focus()
    page.keyboard.press("Enter")

    expect(table.get_by_role("link", name="25 May 2026")).to_be_visible()


def test_without_scripts_the_tables_are_there(full, open_page):
    page, _complaints = open_page(java_script_enabled=False)

    expect(page.locator("figure table")).to_have_count(4)
    for table in page.locator("figure table").all():
        expect(table).to_be_visible()


def test_a_click_on_a_point_opens_its_card(full, open_page):
    page, _complaints = open_page()
    where = """() => {
      const chart = Chart.getChart("chart-points");
      const { x, y } = chart.getDatasetMeta(0).data[0];
      return { x, y };
    }"""

    page.locator("#chart-points").click(position=page.evaluate(where))

    page.wait_for_url("**/pull-requests/*/")


def test_a_click_on_a_week_opens_its_pull_requests(full, open_page):
    page, _complaints = open_page()

    page.locator("#chart-merged").click(position={"x": 250, "y": 150})

    page.wait_for_url("**/pull-requests/?week=2026-*")


def test_filters_are_set_and_cleared_by_keyboard_alone(full, open_page):
    page, _complaints = open_page()
    page.locator("#filters summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("D · No sign found").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**ai=D**")
    chip = page.get_by_role("link", name="Signs of AI: D · No sign found")
    expect(chip).to_be_visible()
    chip.focus()
    page.keyboard.press("Enter")

    page.wait_for_url(lambda address: "ai=D" not in address)


def test_fresh_numbers_come_without_taking_focus_fold_or_place(full, merged, open_page, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "banner_interval_seconds": 1
    }
    page, complaints = open_page()
    expect(page.locator(DRAWN)).to_have_count(4)
    page.locator("#filters summary").focus()
    page.keyboard.press("Enter")
    table = page.locator("figure", has=page.locator("#chart-merged")).locator("details")
    table.locator("summary").click()
    page.evaluate("window.scrollTo(0, 400)")
    page.get_by_label("From", exact=True).focus(timeout=1000)
    place = page.evaluate("window.scrollY")

    merged(4, "B")
    Measurement.objects.update(computed_at=timezone.now() + timedelta(minutes=1))

    expect(page.locator("#numbers dd").first).to_have_text("60")
    expect(table).to_have_attribute("open", "")
    assert page.evaluate("document.activeElement.name") == "from"
    assert page.evaluate("window.scrollY") == place
    drawn = "Chart.getChart('chart-merged').data.datasets[0].data.reduce((a, b) => a + b, 0)"
    assert page.evaluate(drawn) == 60
    assert complaints == []


def test_the_comparison_comes_when_it_is_in_sight(full, open_page):
    page, complaints = open_page()

    page.get_by_role("link", name="Compare the two").scroll_into_view_if_needed()

    expect(page.get_by_text("a difference says nothing of its reason")).to_be_visible()
    assert complaints == []


def test_on_paper_tables_are_open_and_buttons_gone(full, open_page):
    page, _complaints = open_page()
    expect(page.locator(DRAWN)).to_have_count(4)

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("figure table").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("figure table").first).to_be_hidden()
