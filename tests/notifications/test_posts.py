"""Posts to Slack are rows with verdicts of their own; neither server waits for the other. R-65"""

import pytest

from apps.notifications.announce import announce_news, announce_once
from apps.notifications.deliver import deliver_due
from apps.notifications.models import Notification
from apps.notifications.preferences import say
from apps.slack.connecting import disconnect
from apps.slack.models import SlackConnection
from tests.notifications.conftest import opened_team
from tests.notifications.test_deliver import NOW, later
from tests.slack.conftest import let_in, slack

__all__ = ["slack"]

pytestmark = pytest.mark.django_db
State = Notification.State


@pytest.fixture
def team(slack, server):
    """A team with a channel, whose dashboard has opened."""
    team = opened_team()
    team.name = "Crew <!here> & @channel"
    team.save(update_fields=["name"])
    let_in(slack, team)
    return team


def post_row() -> Notification:
    return Notification.objects.get(user=None)


def test_the_dashboard_is_told_once_by_mail_and_in_the_channel(team, slack, server):
    announce_news()
    announce_news()

    assert deliver_due(now=NOW) == 2
    assert deliver_due(now=later(1)) == 0
    assert len(server.taken) == len(slack.workspace.posts) == 1
    assert post_row().state == State.SENT
    assert SlackConnection.objects.get().last_posted_at is not None


def test_nobody_is_called_by_a_team_s_name(team, slack):
    announce_news()
    deliver_due(now=NOW)

    (posted,) = slack.workspace.posts
    assert "<!here>" not in posted.text
    assert "&lt;!here&gt; &amp; @\u2060channel" in posted.text
    for block in posted.body["blocks"]:
        text = block["text"]
        if text["type"] == "mrkdwn":
            assert "<!" not in text["text"]
            assert text["verbatim"]


def test_the_post_leads_to_the_dashboard(team, slack):
    announce_news()
    deliver_due(now=NOW)

    last = slack.workspace.posts[0].body["blocks"][-1]["text"]["text"]
    assert last == f"<https://mergelight.test/teams/{team.slug}/|Open the dashboard>"


def test_a_channel_that_is_chosen_later_is_told_as_well(slack, server):
    team = opened_team()
    announce_news()
    deliver_due(now=NOW)
    let_in(slack, team)

    announce_news()
    deliver_due(now=later(1))

    assert (len(server.taken), len(slack.workspace.posts)) == (1, 1)


def test_a_workspace_that_takes_no_more_is_asked_again_when_it_said(team, slack):
    slack.slack.change({"next": ["429"]})
    announce_news()
    deliver_due(now=NOW)

    row = post_row()
    assert row.state == State.PENDING
    assert row.not_before == later(1)  # 30 seconds were asked for, and we wait a minute
    deliver_due(now=later(2))
    assert len(slack.workspace.posts) == 1


@pytest.mark.parametrize("fault", ["500", "503", "garbled"])
def test_a_slack_in_trouble_is_asked_again(team, slack, fault):
    slack.slack.change({"next": [fault]})
    announce_news()
    deliver_due(now=NOW)
    assert post_row().state == State.PENDING

    deliver_due(now=later(2))

    assert post_row().state == State.SENT
    assert len(slack.workspace.posts) == 1


def test_what_slack_may_have_posted_before_its_own_error_is_not_posted_again(team, slack):
    slack.slack.change({"next": ["internal_error"]})
    announce_news()
    deliver_due(now=NOW)
    deliver_due(now=later(60))

    assert slack.workspace.posts == []
    assert post_row().state == State.SENDING
    assert post_row().error.startswith("It may have arrived: Slack has broken off")


def test_a_slack_that_fell_silent_is_not_asked_again(team, slack):
    slack.slack.change({"next": ["drop"]})
    announce_news()
    deliver_due(now=NOW)
    deliver_due(now=later(60))

    assert len(slack.workspace.posts) == 1
    assert (post_row().state, post_row().error) == (
        State.SENDING,
        "It may have arrived: Slack gave no answer.",
    )


@pytest.mark.parametrize("happens", ["archived", "deleted", "removed"])
def test_what_is_lost_is_marked_once_and_the_mails_and_the_import_go_on(
    team, slack, server, happens
):
    """R-65"""
    match happens:
        case "archived":
            slack.workspace.change("harbor", is_archived=True)
        case "deleted":
            slack.workspace.remove("harbor")
        case "removed":
            slack.workspace.revoke()
    announce_news()

    assert deliver_due(now=NOW) == 1

    assert len(server.taken) == 1
    row, connection = post_row(), SlackConnection.objects.get()
    assert row.state == State.REFUSED
    assert connection.attention == row.error != ""
    team.refresh_from_db()
    assert team.onboarding_pipeline_status == "complete"


def test_a_mail_server_that_is_down_does_not_hold_slack_up(team, slack, settings):
    settings.EMAIL_PORT = 9
    announce_news()

    deliver_due(now=NOW)

    assert len(slack.workspace.posts) == 1


def test_a_slack_that_is_nowhere_does_not_hold_mails_up(team, server, settings):
    settings.SLACK_API_URL = "http://127.0.0.1:9/api"
    announce_news()

    assert deliver_due(now=NOW) == 1
    assert len(server.taken) == 1
    assert post_row().state == State.PENDING


def test_a_team_that_wants_no_such_posts_gets_none(team, slack):
    say(team, None, offered=["ready"], wanted=[])
    announce_news()
    deliver_due(now=NOW)

    assert not Notification.objects.filter(user=None).exists()


def test_a_team_that_says_no_between_row_and_post_gets_none(team, slack):
    announce_news()
    say(team, None, offered=["ready"], wanted=[])
    deliver_due(now=NOW)

    assert post_row().state == State.REFUSED
    assert slack.workspace.posts == []


def test_a_team_that_has_disconnected_meanwhile_gets_none(team, slack):
    announce_news()
    disconnect(team)
    deliver_due(now=NOW)

    assert post_row().state == State.REFUSED


def test_what_stops_is_not_told_in_the_channel_unless_the_team_says_so(team):
    announce_once(team.pk, kind="failed", run=1, ticket=5)
    assert not Notification.objects.filter(user=None).exists()

    say(team, None, offered=["failed"], wanted=["failed"])
    announce_once(team.pk, kind="failed", run=1, ticket=6)
    assert post_row().ticket == 6
