"""The way to GitHub and back in Chromium, with its own ideas of forms, redirects and cookies."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.github.models import Connection
from tests.factories import MembershipFactory
from tests.onboarding.test_browser import chromium, complaints, open_page, pytestmark

__all__ = ["chromium", "complaints", "open_page", "pytestmark"]


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
