"""The ways in as a browser takes them: its own rules for forms, two schemes, a small screen."""

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from tests.accounts.ways_in import ACCOUNT, LOGIN, mailed_link
from tests.chromium import WIDER, chromium, found_by_axe, pytestmark
from tests.factories import MembershipFactory, UserFactory

__all__ = ["chromium", "pytestmark"]


@pytest.fixture
def stranger(chromium, live_server):
    """`stranger(…)`: an empty page of a browser in which nobody is signed in."""
    contexts = []

    def open_it(**how):
        context = chromium.new_context(base_url=live_server.url, **how)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield open_it
    for context in contexts:
        context.close()


def test_a_stranger_comes_in_by_the_keyboard_alone_with_a_mailed_link(stranger):
    page = stranger()
    page.goto("/")
    page.get_by_label("Your e-mail address").focus()
    page.keyboard.type("mira@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()

    page.goto(mailed_link())
    for _ in range(10):
        if page.evaluate("document.activeElement.textContent.trim()") == "Sign in":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="mira")).to_be_visible()
    assert mail.outbox[-1].to == ["mira@example.org"]
    assert not page.complaints


def test_the_browser_lets_the_forms_lead_to_github_and_back(stranger, oauth_app):
    """A browser holds the policy's form-action against redirects, which no other client does."""
    oauth_app.grants.visitor = None
    page = stranger()
    page.goto(LOGIN)
    page.get_by_role("button", name="Go on with GitHub").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert").or_(page.locator("#messages"))).to_contain_text(
        "GitHub was not told to let you in here"
    )

    page.get_by_role("button", name="Go on with GitHub").click()
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("link", name="mira-okafor")).to_be_visible()

    page.goto(ACCOUNT)
    page.get_by_role("button", name="Disconnect").click()
    expect(page.locator("#messages")).to_contain_text("does not sign you in here any more")
    page.get_by_role("button", name="Connect GitHub").click()
    page.get_by_role("button", name="Authorize").click()
    expect(page.locator("#messages")).to_contain_text("You can sign in with GitHub as mira-okafor")
    assert not page.complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_keeps_anything_from_anybody(stranger, oauth_app, scheme):
    """axe, and nothing is wider than a small screen."""
    user = UserFactory(username="mira", email="a.rather.long.address@an.organisation.example")
    MembershipFactory(user=user, team__name="A team with a name that takes more than one line")
    page = stranger(color_scheme=scheme, viewport={"width": 360, "height": 780})

    def look(path):
        if path:
            page.goto(path)
        assert found_by_axe(page) == [], page.url
        assert not page.evaluate(WIDER), page.url

    look(LOGIN)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_text("Write the address that the link is to go to.")).to_be_visible()
    look(None)
    page.get_by_label("Your e-mail address").fill(user.email)
    page.get_by_role("button", name="Send me a link").click()
    page.wait_for_url("**" + reverse("accounts:sent"))
    look(None)
    look(reverse("accounts:password"))
    link = mailed_link()
    look(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    look(link)
    look(ACCOUNT)
    look(reverse("accounts:change_password"))
