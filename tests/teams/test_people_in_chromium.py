"""The pages of people in Chromium: for everybody, by keyboard, and with a silent console."""

import pytest
from django.core import mail
from playwright.sync_api import expect

from apps.pipeline.rows import rows
from apps.teams.invitations import invite
from apps.teams.models import Membership
from tests.chromium import WIDER, chromium, found_by_axe, pytestmark, window
from tests.factories import MembershipFactory, UserFactory
from tests.teams.inviting import secret_in, url

__all__ = ["chromium", "pytestmark", "window"]

OPEN_ALL = "document.querySelectorAll('details').forEach((fold) => { fold.open = true })"
LONG = "a.person.with-a-very-long-address@subsidiary-with-a-name.of-a-long-company.example"


@pytest.fixture
def open_page(window, live_server, settings):
    """`open_page(path)`; afterwards nothing may be on the console but a 404 that was asked for."""
    settings.PUBLIC_URL = live_server.url
    complaints = []

    def open_it(path, **how):
        page = window(**how)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(live_server.url + path)
        return page

    yield open_it
    assert [one for one in complaints if "404 (Not Found)" not in one] == []


@pytest.fixture
def crowded(client, admin, team, member):
    """Several teams, long names, an invitation that is good and one that is not."""
    client.force_login(admin.user)
    rows().filter(pk=team.pk).update(phase1_completed_at="2026-06-01T12:00:00Z")
    MembershipFactory(team=team, user__username="o" * 60, user__email=LONG)
    MembershipFactory(user=admin.user, team__name="A team with a name of many words " * 3)
    invite(team, email="linus@b.example", role="admin", by=admin.user)
    late = invite(team, email=f"x{LONG}", role="member", by=admin.user).invitation
    late.expires_at = "2026-01-01T12:00:00Z"
    late.save()


PAGES = {
    "members": lambda team: url("members", team.slug),
    "leave": lambda team: url("leave", team.slug),
    "teams": lambda team: url("teams"),
    "refused": lambda team: url("invitation", "no-such-link"),
}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_keeps_anybody_out(name, open_page, team, crowded):
    page = open_page(PAGES[name](team))
    page.evaluate(OPEN_ALL)
    assert found_by_axe(page) == []

    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 800})
    assert found_by_axe(page) == []
    assert not page.evaluate(WIDER)


def test_nor_from_an_invitation(open_page, client, admin, team):
    client.force_login(UserFactory(email=LONG))
    secret = invite(team, email=LONG, role="admin", by=admin.user).secret

    page = open_page(url("invitation", secret))
    assert found_by_axe(page) == []

    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 800})
    assert found_by_axe(page) == []
    assert not page.evaluate(WIDER)
    page.get_by_role("button", name="Join the team").dblclick()  # two clicks are one
    expect(page.get_by_text("Welcome to Lantern.")).to_be_visible()
    assert team.memberships.count() == 2


def test_inviting_and_copying_the_link_by_keyboard(open_page, client, admin, team):
    client.force_login(admin.user)
    page = open_page(url("members", team.slug), permissions=["clipboard-read", "clipboard-write"])

    page.get_by_label("E-mail address").focus()
    page.keyboard.type("linus@b.example")
    page.keyboard.press("Enter")
    copy = page.get_by_role("button", name="Copy")
    expect(copy).to_be_visible()
    copy.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert secret_in(copied + "/") == secret_in(mail.outbox[-1].body)
    assert found_by_axe(page) == []


def test_from_one_team_to_another_by_keyboard(open_page, client, admin, team):
    client.force_login(admin.user)
    other = MembershipFactory(user=admin.user, team__name="Harbor").team
    rows().filter(pk=other.pk).update(onboarding_pipeline_status="syncing")
    page = open_page(url("members", team.slug))

    page.locator("#team-switcher summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{url('status', other.slug)}")


def test_removing_asks_first(open_page, client, admin, team, member):
    client.force_login(admin.user)
    page = open_page(url("members", team.slug))
    row = page.locator(f"#member-{member.pk}")

    expect(row.get_by_role("button", name="Remove grace")).to_be_hidden()
    row.locator("summary").press("Enter")
    row.get_by_role("button", name="Remove grace").click()

    expect(page.get_by_text("grace is not in the team any more.")).to_be_visible()
    assert not Membership.objects.filter(pk=member.pk).exists()
