"""Step 4 and the settings' tab: Slack is connected, tried and left out, over real HTTP."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.urls import reverse

from apps.onboarding.models import StepChoice
from apps.pipeline.rows import rows
from apps.slack.models import SlackConnection
from tests.factories import MembershipFactory
from tests.slack.conftest import let_in, slack

__all__ = ["slack"]

pytestmark = pytest.mark.django_db


def at(name, team):
    return reverse(f"onboarding:{name}", args=[team.slug])


def come_back(client, team, slack, *, says_yes=True, place=""):
    """Press "Connect", and follow to Slack and back as a browser does."""
    slack.workspace.says_yes = says_yes
    leaving = client.post(at("slack_connect", team), {"place": place})
    assert leaving.status_code == 302
    back = httpx.get(leaving["Location"])
    return client.get(back.headers["Location"], follow=True)


def test_without_credentials_the_step_says_so_and_can_be_left_out(client, team):
    page = client.get(at("slack", team))

    assert b"SLACK_CLIENT_ID" in page.content
    assert b"Connect Slack" not in page.content
    assert client.post(at("slack_connect", team)).status_code == 404

    client.post(reverse("onboarding:skip", args=[team.slug, "slack"]))
    assert StepChoice.objects.get(team=team, step="slack").choice == "skipped"


def test_a_person_lets_mergelight_in_chooses_a_channel_and_tries_it(client, team, slack):
    page = come_back(client, team, slack)

    assert "Choose the channel" in page.content.decode()
    assert not StepChoice.objects.filter(team=team, step="slack").exists()  # a channel is missing
    harbor = slack.workspace.named("harbor")
    chosen = client.post(at("slack_channel", team), {"channel": harbor.id}, follow=True)
    assert "Mergelight writes to #harbor from now on." in chosen.content.decode()
    assert StepChoice.objects.get(team=team, step="slack").choice == "done"

    tried = client.post(at("slack_test", team), follow=True)
    assert "A test message was posted to #harbor." in tried.content.decode()
    (posted,) = slack.workspace.posts
    assert posted.channel == harbor.id
    assert team.name in posted.text


def test_slack_is_asked_for_no_more_than_the_page_says(client, team, slack):
    page = client.get(at("slack", team)).content.decode()
    asked = parse_qs(urlsplit(client.post(at("slack_connect", team))["Location"]).query)

    assert asked["scope"] == ["chat:write,chat:write.public,channels:read"]
    assert all(scope in page for scope in asked["scope"][0].split(","))
    assert asked["redirect_uri"] == ["http://testserver/slack/callback/"]


def test_only_the_browser_that_left_comes_back_and_once(client, team, slack, django_user_model):
    slack.workspace.says_yes = True
    leaving = client.post(at("slack_connect", team))
    back = httpx.get(leaving["Location"]).headers["Location"]
    stranger = type(client)()
    other = django_user_model.objects.create_user("noor", "noor@example.org")
    stranger.force_login(other)

    stranger.get(back)
    assert not SlackConnection.objects.exists()
    client.get(back)
    assert SlackConnection.objects.count() == 1
    again = client.get(back)
    assert again.status_code == 400  # and it does not say that Slack has let nobody in
    assert "You were not expected back from Slack" in again.content.decode()
    assert slack.slack.stats()["counts"]["oauth.v2.access"] == 1


def test_who_says_no_at_slack_is_back_with_a_sentence(client, team, slack):
    page = come_back(client, team, slack, says_yes=False)

    assert "so nothing has changed" in page.content.decode()
    assert not SlackConnection.objects.exists()


@pytest.mark.parametrize("says_yes", [True, False])
@pytest.mark.parametrize("page", ["slack", "settings_slack"])
def test_from_slack_one_comes_back_to_the_page_that_one_left(client, team, slack, page, says_yes):
    left = client.get(at(page, team)).context["place"] if page == "settings_slack" else ""

    back = come_back(client, team, slack, says_yes=says_yes, place=left)

    assert back.redirect_chain == [(at(page, team), 302)]


@pytest.mark.parametrize(
    ("fault", "said"), [("429", "Try again in 30 seconds."), ("500", "Try again in a minute.")]
)
def test_a_slack_in_trouble_is_told_and_when_to_try_again(client, team, slack, fault, said):
    slack.slack.change({"next": [fault]})

    assert said in come_back(client, team, slack).content.decode()


def test_channels_are_searched_and_paged(client, team, slack):
    slack.workspace.page_size = 3
    let_in(slack, team, channel="")

    first = client.get(at("slack", team)).content.decode()
    assert "#general" in first
    assert "#design" not in first
    assert "More channels" in first
    found = client.get(at("slack", team), {"q": "desi", "change": "1"}).content.decode()
    assert "#design" in found
    assert "#general" not in found
    nothing = client.get(at("slack", team), {"q": "<zenith>", "change": "1"}).content.decode()
    assert "No public channel has “&lt;zenith&gt;” in its name." in nothing


def test_a_channel_of_another_workspace_is_not_taken(client, team, slack):
    let_in(slack, team)

    page = client.post(at("slack_channel", team), {"channel": "C0FOREIGN"}, follow=True)

    assert "Choose another channel." in page.content.decode()
    assert SlackConnection.objects.get().channel_name == "harbor"


def test_what_is_lost_is_marked_and_the_import_goes_on(client, team, slack):
    let_in(slack, team)
    slack.workspace.revoke()

    client.post(at("slack_test", team))

    for name in ("slack", "settings_slack"):
        page = client.get(at(name, team)).content.decode()
        assert "Slack needs attention." in page
        assert "Connect Slack again" in page
    team.refresh_from_db()
    assert team.onboarding_pipeline_status == "syncing"


def test_disconnecting_takes_the_access_back(client, team, slack):
    let_in(slack, team)

    page = client.post(at("slack_disconnect", team), {"place": "settings"}, follow=True)

    assert page.redirect_chain == [(at("settings_slack", team), 302)]
    assert "what opened it is forgotten" in page.content.decode()
    assert slack.workspace.token == ""


def test_no_page_shows_the_token(client, team, slack):
    connection = let_in(slack, team)

    for name in ("slack", "settings_slack"):
        assert connection.token not in client.get(at(name, team)).content.decode()


def test_a_member_sees_how_it_stands_and_changes_nothing(client, team, slack):
    let_in(slack, team)
    member = MembershipFactory(team=team, role="member")
    client.force_login(member.user)

    page = client.get(at("settings_slack", team)).content.decode()
    assert "#harbor" in page
    assert "Disconnect" not in page
    for name in ("slack_connect", "slack_channel", "slack_test", "slack_disconnect"):
        assert client.post(at(name, team)).status_code == 403
    assert slack.workspace.posts == []


def test_a_stranger_finds_nothing(client, team, slack, django_user_model):
    client.force_login(django_user_model.objects.create_user("noor", "noor@example.org"))

    for name in ("slack_connect", "slack_channel", "slack_test", "slack_disconnect"):
        assert client.post(at(name, team)).status_code == 404
    assert client.get(at("settings_slack", team)).status_code == 404


def test_before_the_import_the_step_leads_to_what_comes_first(client, person, slack):
    fresh = MembershipFactory(user=person).team
    rows().filter(pk=fresh.pk).update(onboarding_pipeline_status="not_started")

    assert client.get(at("slack", fresh)).status_code == 302
