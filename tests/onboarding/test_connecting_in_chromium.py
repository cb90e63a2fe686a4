"""The way to GitHub and back in Chromium, with its own ideas of forms, redirects and cookies."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.github.models import Connection
from tests.chromium import chromium, pytestmark, window
from tests.factories import MembershipFactory
from tests.onboarding.test_browser import complaints, open_page

__all__ = ["chromium", "complaints", "open_page", "pytestmark", "window"]


@pytest.fixture
def page(open_page, person, github_app, live_server):
    """The page of step 2 for a team that is not connected; GitHub asks who is there."""
    github_app.grants.visitor = None
    github_app.grants.setup_url = live_server.url + reverse("onboarding:github_setup")
    team = MembershipFactory(user=person, team__slug="fresh").team
    return open_page(reverse("onboarding:connect", args=[team.slug]))


def test_the_app_is_installed_and_the_repositories_are_there(page):
    page.get_by_role("button", name="Install the GitHub App").click()
    page.get_by_role("button", name="Authorize").click()

    expect(page.get_by_text("northwind-labs/harbor")).to_be_visible()
    assert Connection.objects.get().kind == "app"


def test_who_signs_in_and_says_no_is_back_with_a_sentence(page):
    page.get_by_role("button", name="Sign in at GitHub").click()
    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_text("so nothing has changed.")).to_be_visible()
    assert not Connection.objects.exists()


def test_a_button_that_has_github_asked_says_so_and_is_not_pressed_twice(open_page, person):
    team = MembershipFactory(user=person, team__slug="fresh").team
    page = open_page(reverse("onboarding:connect", args=[team.slug]))
    page.get_by_role("textbox", name="Token").fill("ghp_sandbox")
    # GitHub is slow: the page stays.
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")

    page.get_by_role("button", name="Connect").click()

    busy = page.get_by_role("button", name="Asking GitHub…")
    expect(busy).to_be_disabled()
    expect(busy).to_have_attribute("aria-busy", "true")

    page.evaluate("dispatchEvent(new Event('pageshow'))")  # who goes back finds it as it was

    expect(page.get_by_role("button", name="Connect")).to_be_enabled()


def test_the_choice_of_a_busy_button_is_sent(page, github_app):
    github_app.grants.install()
    github_app.grants.install()
    page.get_by_role("button", name="It is installed already").click()
    page.get_by_role("button", name="Authorize").click()

    page.get_by_role("button", name="Use northwind-labs").nth(1).click()

    expect(page.get_by_text("northwind-labs/harbor")).to_be_visible()
    newest = max(github_app.grants.installations.values(), key=lambda each: each.id)
    assert Connection.objects.get().installation_id == newest.id
