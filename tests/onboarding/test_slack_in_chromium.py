"""Slack and messages in Chromium: there and back by keyboard, on a phone, at night, with axe."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.slack.models import SlackConnection
from tests.chromium import WIDER, chromium, found_by_axe, pytestmark, window
from tests.onboarding.test_browser import complaints, open_page
from tests.slack.conftest import let_in, slack

__all__ = ["chromium", "complaints", "open_page", "pytestmark", "slack", "window"]


def step(team):
    return reverse("onboarding:slack", args=[team.slug])


def test_slack_is_connected_a_channel_chosen_and_tried_by_keyboard_alone(open_page, team, slack):
    page = open_page(step(team))
    page.get_by_role("button", name="Connect Slack").press("Enter")
    page.get_by_role("button", name="Allow").press("Enter")

    page.get_by_role("radio", name="#harbor").press("Space")
    page.get_by_role("button", name="Write to this channel").press("Enter")
    page.get_by_role("button", name="Post a test message").press("Enter")

    expect(page.get_by_text("A test message was posted to #harbor.")).to_be_visible()
    assert len(slack.workspace.posts) == 1


def test_who_says_no_at_slack_is_back_on_the_step(open_page, team, slack):
    page = open_page(step(team))
    page.get_by_role("button", name="Connect Slack").click()
    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_text("so nothing has changed.")).to_be_visible()
    assert not SlackConnection.objects.exists()


def test_a_channel_is_found_by_its_name(open_page, team, slack):
    let_in(slack, team, channel="")
    page = open_page(step(team))

    page.get_by_role("searchbox", name="Channel").fill("desi")
    page.get_by_role("searchbox", name="Channel").press("Enter")

    expect(page.get_by_role("radio")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1180, 360])
def test_the_pages_of_slack_and_messages_are_without_findings(
    open_page, team, slack, scheme, width
):
    let_in(slack, team)
    SlackConnection.objects.update(attention="The channel is archived. Choose another channel.")
    for path in (
        f"{step(team)}?change=1",
        reverse("onboarding:settings_slack", args=[team.slug]),
        reverse("notifications:team", args=[team.slug]),
        reverse("notifications:mine"),
    ):
        page = open_page(path, width=width, scheme=scheme)
        assert found_by_axe(page) == [], path
        assert not page.evaluate(WIDER), path
