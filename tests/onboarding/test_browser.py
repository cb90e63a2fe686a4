"""The pages in Chromium: they move without a jump, on a phone too, and the console stays silent."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.github.choosing.preflight import Counts
from apps.github.models import Connection
from apps.onboarding.expectation import expectation, in_minutes, pace_of
from apps.pipeline.moves import move
from apps.pipeline.rows import rows
from tests.chromium import chromium, pytestmark, window
from tests.factories import MembershipFactory

__all__ = ["chromium", "pytestmark", "window"]

#: Gives the rows of the list other counts, as if GitHub had counted so many.
GIVE = """(counts) => document.querySelectorAll("[data-whole]").forEach((place, index) => {
  Object.assign(place.dataset, counts[index]);
})"""


@pytest.fixture
def complaints():
    """What the browser's console said."""
    return []


@pytest.fixture
def open_page(window, live_server, complaints):
    """`open_page(path, width=…)` opens it signed in; afterwards nothing may be on the console."""

    def open_it(path, *, width=1180, scheme="light", zone="UTC"):
        page = window(width=width, height=800, color_scheme=scheme, timezone_id=zone)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type != "log" else None,
        )
        page.goto(live_server.url + path)
        return page

    yield open_it
    assert complaints == []


@pytest.fixture
def every_second(settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"poll_interval_seconds": 1}


def status_url(team):
    return reverse("onboarding:status", args=[team.slug])


def put(team, **columns):
    rows().filter(pk=team.pk).update(**columns)


def test_the_status_moves_by_itself_and_leaves_focus_and_folds_alone(open_page, team, every_second):
    page = open_page(status_url(team))
    page.click("#journal summary")
    page.focus("#move-pause button")

    team.repositories.update(sync_prs_completed=33)

    expect(page.get_by_text("40 listed so far · 33 fetched · 33 stored")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('form').id") == "move-pause"
    assert page.evaluate("document.getElementById('journal').open")


def test_when_it_goes_wrong_what_happened_opens_by_itself(open_page, team, every_second):
    page = open_page(status_url(team))
    told = page.get_by_text("Stopped: GitHub refused the token.")
    expect(told).to_be_hidden()

    move(team.pk, "fail", actor="worker", arguments={"reason": "GitHub refused the token."})

    expect(told).to_be_visible()


def test_the_dashboard_leads_to_what_happened(open_page, team):
    put(
        team,
        onboarding_pipeline_status="background_syncing",
        phase1_completed_at="2026-06-01T12:00:00Z",
    )
    move(team.pk, "pause", actor="mira")
    page = open_page(reverse("dashboard:overview", args=[team.slug]))

    page.get_by_role("link", name="What happened so far").click()

    expect(page.get_by_text("Paused by mira")).to_be_visible()


def test_at_the_end_of_phase_1_the_dashboard_is_offered_and_at_the_end_polling_stops(
    open_page, team, every_second
):
    page = open_page(status_url(team))
    put(team, onboarding_pipeline_status="complete", phase1_completed_at="2026-06-01T12:00:00Z")

    expect(page.get_by_role("link", name="Open the dashboard")).to_be_visible()
    polls = []
    page.on("request", lambda request: polls.append(request.url))
    page.wait_for_timeout(1500)

    assert polls == []


def test_a_server_that_does_not_answer_leaves_the_last_numbers_and_says_so(
    open_page, team, every_second, complaints
):
    put(team, time_zone="Asia/Tokyo")
    page = open_page(status_url(team))
    note = page.locator("#connection")
    expect(note).to_be_hidden()

    page.route("**/status/?v=*", lambda route: route.abort())
    expect(note).to_contain_text("The server does not answer.")
    expect(note).to_contain_text("(Asia/Tokyo)")
    expect(page.get_by_text("40 listed so far · 12 fetched · 12 stored")).to_be_visible()

    page.unroute("**/status/?v=*")
    expect(note).to_be_hidden()
    complaints.clear()  # Chromium tells of the broken connection, as it should


def test_when_the_dashboard_opens_the_page_around_the_status_follows(open_page, team, every_second):
    page = open_page(status_url(team))
    page.click("#move-pause button")
    page.click("#move-resume button")
    expect(page.get_by_text("The import goes on.")).to_be_visible()
    put(
        team,
        onboarding_pipeline_status="background_syncing",
        phase1_completed_at="2026-06-01T12:00:00Z",
    )

    expect(page.get_by_role("link", name="Dashboard", exact=True)).to_be_visible()
    expect(page.get_by_text("The import goes on.")).to_be_hidden()
    expect(page.locator("#steps [aria-current]")).to_have_count(0)
    expect(page).to_have_title(re.compile("Your dashboard is open"))


def test_at_the_end_of_an_update_nothing_is_sent_that_the_page_has_no_place_for(
    open_page, team, settings
):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "banner_interval_seconds": 1
    }
    put(
        team,
        onboarding_pipeline_status="background_insights",
        onboarding_pipeline_completed_at="2026-06-02T12:04:00Z",
        phase1_completed_at="2026-06-01T12:00:00Z",
    )
    page = open_page(status_url(team))
    expect(page.get_by_role("heading", name="Bringing the numbers up to date")).to_be_visible()

    put(team, onboarding_pipeline_status="complete")

    expect(page).to_have_title(re.compile("The last 90 days are read, with gaps"))
    expect(page.locator("#steps")).to_have_count(0)


def test_no_name_of_a_repository_is_cut_on_a_phone(open_page, team):
    team.repositories.update(name_with_owner="northwind-labs/lantern-" + "with-a-long-name-" * 5)
    page = open_page(status_url(team), width=360)
    name = page.get_by_text("northwind-labs/lantern-")

    assert name.evaluate(
        "place => place.scrollWidth <= place.clientWidth + 1 || "
        "getComputedStyle(place).overflow === 'visible'"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_cancelling_asks_first(open_page, team):
    page = open_page(status_url(team))

    page.get_by_text("Cancel", exact=True).click()
    team.refresh_from_db()
    assert team.onboarding_pipeline_status == "syncing"
    page.get_by_role("button", name="Yes, cancel the import").click()

    expect(page.get_by_text("Cancelled by you.")).to_be_visible()


def test_the_time_zone_of_the_browser_is_entered_already(open_page, person):
    page = open_page(reverse("onboarding:create_team"), zone="Asia/Tokyo")

    assert page.get_by_label("Time zone").input_value() == "Asia/Tokyo"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(open_page, team, github, scheme):
    put(team, phase1_completed_at="2026-06-01T12:00:00Z")
    for path in (
        reverse("onboarding:create_team"),
        reverse("onboarding:connect", args=[team.slug]),
        status_url(team),
        reverse("dashboard:overview", args=[team.slug]),
    ):
        page = open_page(path, width=360, scheme=scheme)

        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_from_a_team_to_a_running_import_by_keyboard_alone(open_page, person, github):
    page = open_page("/")
    page.keyboard.type("Blue Team")
    page.keyboard.press("Enter")
    page.get_by_label("Token", exact=True).focus()
    page.keyboard.type(github.token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Choose repositories")).to_be_visible()
    page.get_by_label("Search by name").fill("no such name")
    expect(page.get_by_text("No repository matches.")).to_be_visible()
    page.get_by_label("Search by name").fill("")
    page.keyboard.type("lantern")
    expect(page.get_by_text("northwind-labs/harbor")).to_be_hidden()

    page.get_by_role("button", name="Read these repositories").focus()
    page.keyboard.press("Enter")
    for step in ("Jira", "Slack"):
        expect(page.get_by_role("heading", name=step, exact=True)).to_be_visible()
        expect(page.locator("#import-indicator")).to_be_visible()
        page.get_by_role("button", name="Skip").focus()
        page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="The import is starting")).to_be_visible()


def test_the_expected_time_follows_the_boxes_as_the_server_would_compute_it(
    open_page, person, github, settings
):
    settings.GROQ_API_KEY = "gsk_any"
    team = MembershipFactory(user=person).team
    Connection.objects.create(
        team=team, token=github.token, viewer_login="mira-okafor", account_login="northwind-labs"
    )
    page = open_page(reverse("onboarding:repositories", args=[team.slug]))
    told = page.locator("#expectation")
    expect(told).to_contain_text("until the dashboard opens")

    for numbers in (
        [Counts(0, 0), Counts(0, 3)],
        [Counts(40, 130), Counts(7, 7)],
        [Counts(900, 4_000), Counts(0, 250)],
        [Counts(30_000, 90_000), Counts(1_234, 9_999)],
    ):
        page.evaluate(GIVE, [{"recent": one.recent, "whole": one.whole} for one in numbers])
        page.get_by_role("button", name="Select all").click()
        expected = expectation(numbers, pace_of(team))

        expect(told.locator("[data-opens]")).to_have_text(in_minutes(expected.seconds).capitalize())
        if expected.older_seconds:
            expect(told.locator("[data-older-takes]")).to_have_text(
                in_minutes(expected.older_seconds)
            )
        assert told.locator("[data-points]").text_content() == str(expected.points)

    expect(told.locator("[data-over]")).to_be_visible()
    page.get_by_role("button", name="Select none").click()
    expect(told.locator("[data-some]")).to_be_hidden()
    expect(told.locator("[data-over]")).to_be_hidden()
