"""A team is deleted in Chromium: by its typed name, and the receipt counts to its end by itself."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.onboarding.settings_tabs import tabs_of
from apps.teams.deleting import delete_rows
from apps.teams.models import Deletion, Team
from tests.chromium import WIDER, chromium, found_by_axe, pytestmark, window
from tests.factories import PullRequestFactory
from tests.onboarding.test_browser import complaints, open_page

__all__ = ["chromium", "complaints", "open_page", "pytestmark", "window"]


def test_a_team_is_deleted_by_its_typed_name_and_the_receipt_ends_by_itself(
    open_page, team, complaints
):
    PullRequestFactory(repository=team.repositories.get())
    page = open_page(reverse("onboarding:settings_team", args=[team.slug]))
    page.get_by_role("link", name="Delete the team…").click()
    page.get_by_role("textbox", name="Type the team's name").fill("something else")
    page.get_by_role("button", name="Delete the team for good").click()
    expect(page.get_by_text("That is not the team's name.")).to_be_visible()
    assert Team.objects.filter(pk=team.pk).exists()

    page.get_by_role("textbox", name="Type the team's name").fill(team.name)
    page.get_by_role("textbox", name="Type the team's name").press("Enter")

    expect(page.get_by_role("heading", name=f"{team.name} is being deleted")).to_be_visible()
    delete_rows(Deletion.objects.get().pk)  # as a worker does
    expect(page.get_by_role("heading", name=f"{team.name} is deleted")).to_be_visible()
    expect(page.get_by_role("row", name="pull requests 1", exact=True)).to_be_visible()
    expect(page.locator("#receipt[hx-trigger]")).to_have_count(0)
    assert found_by_axe(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_of_ours_fits_a_phone_and_axe_finds_nothing(window, live_server, team, scheme):
    page = window(width=360, color_scheme=scheme)
    addresses = {tab.here: address for tab, address in tabs_of(team)}
    ours = [addresses[here] for here in ("repositories", "connection", "team")]
    for address in (*ours, reverse("onboarding:settings_delete", args=[team.slug])):
        page.goto(live_server.url + address)

        assert not page.evaluate(WIDER), address
        assert found_by_axe(page) == [], address


def test_a_name_of_one_long_word_makes_no_page_wider(window, live_server, team):
    team.name = "Donaudampfschifffahrtsgesellschaftskapitänsmützenproduktionsabteilungsleiterin"
    team.slug = "donaudampfschifffahrtsgesellschaftskapitansmutzenp"
    team.save(update_fields=["name", "slug"])
    page = window(width=360)
    more = ("onboarding:settings_delete", "onboarding:status", "onboarding:slack")
    more += ("onboarding:leave", "dashboard:definitions")

    for address in (
        *(url for _, url in tabs_of(team)),
        *(reverse(at, args=[team.slug]) for at in more),
    ):
        page.goto(live_server.url + address)

        assert not page.evaluate(WIDER), address
    page.goto(live_server.url + reverse("onboarding:teams"))
    assert not page.evaluate(WIDER)
