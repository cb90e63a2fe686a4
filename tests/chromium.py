"""Debian's Chromium for the tests of pages: one browser a module, windows of its own a test."""

import contextlib
import shutil
from collections.abc import Callable, Container, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
#: As root, without a graphics card, and without a word to anybody but the page's own server.
ALONE = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
AT_REST = """() => new Promise(requestAnimationFrame).then(() => Promise.allSettled(
  document.getAnimations()
    .filter((moving) => Number.isFinite(moving.effect.getComputedTiming().endTime))
    .map((moving) => moving.finished)))"""
ALL = ("minor", "moderate", "serious", "critical")
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser, client: Client, live_server) -> Iterator[Callable[..., Page]]:
    """`window(width=…, …)`: an empty page in a context of its own, signed in as `client` is."""
    with contextlib.ExitStack() as contexts:

        def open_it(*, width: int = 1280, height: int = 900, **how: object) -> Page:
            context = chromium.new_context(viewport={"width": width, "height": height}, **how)
            contexts.callback(context.close)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
            )
            return context.new_page()

        yield open_it


def until(page: Page, truth: str) -> None:
    """
    Wait until an expression of JavaScript is true.

    Playwright's `wait_for_function` evaluates a text within the page, which its policy forbids.
    """
    for _ in range(600):
        if page.evaluate(truth):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {truth}")


def found_by_axe(page: Page, *, impacts: Container[str] = ALL) -> list[tuple[str, list[str]]]:
    """
    Each violation by its rule, with the first elements; https://github.com/dequelabs/axe-core.

    It measures colours: where a scheme has just changed, those that fade must have come to rest.

    :param impacts: which of them count.
    """
    page.evaluate(AT_REST)
    violations = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["html"] for node in one["nodes"]][:3])
        for one in violations
        if one["impact"] in impacts
    ]
