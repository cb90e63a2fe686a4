"""From the sign-in to the dashboard in Chromium, with a real worker, a real broker and GitHub."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from apps.github.models import PullRequest, TrackedRepository
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.teams.models import Team
from tests.accounts.ways_in import mailed_link
from tests.chromium import CHROMIUM, WIDER, chromium, found_by_axe, window
from tests.journeys.house import PATIENCE, House, house
from tests.journeys.runs import connected_team, names, status_of
from tests.onboarding.test_browser import complaints, open_page

__all__ = ["chromium", "complaints", "open_page", "window"]

pytestmark = [
    pytest.mark.workers,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.timeout(420),
]

#: What stands on the element with the focus: its label, or its words.
FOCUSED = """() => {
  const here = document.activeElement;
  if (here === document.body) return "";
  return [here.getAttribute("aria-label"), ...[...(here.labels || [])].map((l) => l.textContent),
    here.textContent].filter(Boolean).join(" ").replace(/\\s+/g, " ").trim();
}"""
#: Of a team's pages those that axe looks at here; the dashboard's are looked at in tests/dashboard.
LOOKED_AT = ("/github/", "/repositories/", "/jira/", "/slack/", "/status/")
LONG = PATIENCE * 1000  # milliseconds


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Iterator[House]:
    """The house, which this process's pages ask as well."""
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "poll_interval_seconds": 1,
        "banner_interval_seconds": 1,
    }
    with house(tmp_path / "s") as running, override_settings(**running.outside()):
        yield running


@pytest.fixture
def device(chromium: Browser, live_server, complaints) -> Iterator[Callable[[], Page]]:
    """`device()`: a telephone in the dark on which nobody is signed in; its console stays empty."""
    with ExitStack() as contexts:

        def open_it() -> Page:
            size = {"width": 360, "height": 740}
            context = chromium.new_context(
                base_url=live_server.url, viewport=size, color_scheme="dark"
            )
            contexts.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(LONG)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text))
            return page

        yield open_it
    assert complaints == []


def press(page: Page, name: str, *, typed: str = "", exactly: bool = False) -> None:
    """Reach something with the Tab key alone, type into it, and press Enter."""
    assert not page.evaluate(WIDER), page.url
    if "/teams/" not in page.url or page.url.endswith(LOOKED_AT):
        assert found_by_axe(page) == [], page.url
    for _ in range(60):
        here = page.evaluate(FOCUSED)
        if here == name or (name in here and not exactly):
            break
        page.keyboard.press("Tab")
    else:
        raise AssertionError(f"the Tab key does not lead to {name} on {page.url}")
    if typed:
        page.keyboard.type(typed)
    page.keyboard.press("Enter")


def come_in(page: Page) -> None:
    page.goto("/")
    press(page, "Your e-mail address", typed="mira@example.org")
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible(timeout=LONG)
    page.goto(mailed_link())
    press(page, "Sign in")


def test_a_stranger_comes_by_keyboard_from_the_sign_in_to_the_dashboard_whatever_happens(
    device, home
):
    """Leaves after the start, comes back elsewhere, and the worker dies while the page is open."""
    page = device()
    come_in(page)
    expect(page.get_by_role("heading", name="Name your team")).to_be_visible(timeout=LONG)
    press(page, "Name", typed="Blue Team")
    expect(page.get_by_label("Token", exact=True)).to_be_visible(timeout=LONG)
    press(page, "Token", typed="ghp_sandbox_test")
    expect(page.get_by_role("heading", name="Choose repositories")).to_be_visible(timeout=LONG)
    press(page, "Read these repositories")
    expect(page.get_by_role("heading", name="Jira")).to_be_visible(timeout=LONG)
    page.close()

    page = device()  # another one, in another room
    come_in(page)
    expect(page.get_by_role("heading", name="Jira")).to_be_visible(timeout=LONG)
    press(page, "Skip", exactly=True)
    expect(page.get_by_role("heading", name="Slack")).to_be_visible(timeout=LONG)
    press(page, "Skip", exactly=True)
    expect(page.get_by_role("heading", name="Repositories")).to_be_visible(timeout=LONG)
    home.start_worker()
    home.until(lambda: PullRequest.objects.exists(), what="the first pull requests")
    home.kill_worker()
    seen_by(home, page, "Open the dashboard")
    press(page, "Open the dashboard")

    expect(page.locator("#numbers")).to_be_visible(timeout=LONG)
    team = Team.objects.get()
    home.until(lambda: status_of(team) == Status.COMPLETE, what="the end of phase 2")
    expect(page.locator("#banner")).to_contain_text("Reload", timeout=LONG)
    press(page, "Reload")
    expect(page.locator("#numbers")).to_be_visible(timeout=LONG)
    expect(page.locator("#banner")).to_have_count(0, timeout=LONG)
    assert not page.evaluate(WIDER)


def seen_by(home: House, page: Page, name: str) -> None:
    """Wait for a link; meanwhile the house starts again what has ended."""
    home.until(
        lambda: page.get_by_role("link", name=name).is_visible() or page.wait_for_timeout(100),
        what=f"“{name}” on {page.url}",
    )


def test_a_repository_that_could_not_be_read_is_mended_from_its_own_row(
    open_page, client, home, complaints
):
    team = connected_team(home)
    client.force_login(team.people.get())
    page = open_page(reverse("onboarding:repositories", args=[team.slug]))
    page.get_by_role("button", name="Select all").click()
    page.get_by_role("button", name="Read these repositories").click()
    expect(page.get_by_role("heading", name="Jira")).to_be_visible(timeout=LONG)
    lost = TrackedRepository.objects.filter(team=team).order_by("pk").first()
    gone = TrackedRepository.objects.filter(pk=lost.pk)
    gone.update(name_with_owner="northwind-labs/gone", node_id="R_gone", github_id=1)
    home.start_worker()
    page.goto(page.url.replace("/jira/", "/status/"))
    again = page.get_by_role("button", name="Try again to read")
    home.until(lambda: status_of(team) == Status.COMPLETE, what="an end with a gap")
    expect(again).to_be_visible(timeout=LONG)
    of = len(names(home))
    expect(page.get_by_text(f"{of - 1} of {of} repositories")).to_be_visible(timeout=LONG)

    gone.update(
        name_with_owner=lost.name_with_owner, node_id=lost.node_id, github_id=lost.github_id
    )
    again.click()

    home.until(lambda: gone.filter(sync_status="completed").exists(), what="the repository")
    home.until(lambda: status_of(team) == Status.COMPLETE, what="the end of the update")
    expect(page.get_by_text(f"{of} of {of} repositories")).to_be_visible(timeout=LONG)


@pytest.mark.parametrize(
    "status", [one for one in Status if one.value not in ("not_started", "deleting")]
)
def test_the_page_can_be_loaded_anew_at_every_status(open_page, team, status):
    is_open = status.value.startswith("background") or status == Status.COMPLETE
    rows().filter(pk=team.pk).update(
        onboarding_pipeline_status=status,
        pipeline_claimed=2,
        phase1_completed_at="2026-06-01T12:00:00Z" if is_open else None,
    )
    page = open_page(reverse("onboarding:status", args=[team.slug]))
    headline = page.locator("#headline").text_content()

    page.reload()

    expect(page.locator("#headline")).to_have_text(headline, timeout=LONG)
    expect(page.get_by_role("progressbar").first).to_be_visible(timeout=LONG)
