"""A team's way to Slack: taken, given a channel, given up; its token at rest."""

import pytest
from django.db import connection as database

from apps.slack.connecting import adopt, choose, disconnect, search
from apps.slack.errors import SlackRefused
from apps.slack.models import SlackConnection
from apps.slack.oauth import Grant
from apps.slack.posting import post
from apps.teams.deleting import delete_rows, delete_team
from tests.factories import TeamFactory, UserFactory
from tests.slack.conftest import let_in

pytestmark = pytest.mark.django_db


def test_the_token_is_ciphertext_in_the_database(connection):
    with database.cursor() as cursor:
        cursor.execute("SELECT token FROM slack_slackconnection")
        (stored,) = cursor.fetchone()

    assert connection.token.startswith("xoxb-")
    assert "xoxb" not in stored


def test_a_token_of_another_row_is_of_no_use_and_says_so(connection, slack):
    other = TeamFactory()
    SlackConnection.objects.filter(pk=connection.pk).update(team=other)

    with pytest.raises(SlackRefused, match="Connect Slack again"):
        post(SlackConnection.objects.get(), "Ready")


def test_a_search_looks_through_all_pages(slack, connection):
    slack.workspace.page_size = 2
    slack.workspace.add("harbor-deploys")

    found = search(connection, "#HARBOR")

    assert [channel.name for channel in found.channels] == ["harbor", "harbor-deploys"]
    assert found.cursor == ""


def test_without_a_word_a_page_is_shown_and_where_it_goes_on(slack, connection):
    slack.workspace.page_size = 3

    first = search(connection, "")
    second = search(connection, "", cursor=first.cursor)

    assert len(first.channels) == len(second.channels) == 3
    assert not {each.id for each in first.channels} & {each.id for each in second.channels}


def test_a_search_in_thousands_of_channels_stops_and_can_go_on(slack, connection):
    slack.workspace.page_size = 5
    for number in range(100):
        slack.workspace.add(f"project-{number}")
    slack.workspace.add("zenith")
    slack.slack.change({"clear": True})

    found = search(connection, "zenith")
    assert slack.slack.stats()["counts"]["conversations.list"] == 10
    assert (found.channels, bool(found.cursor)) == ((), True)

    while not found.channels:
        found = search(connection, "zenith", cursor=found.cursor)
    assert [each.name for each in found.channels] == ["zenith"]


def test_a_search_of_a_slack_that_is_slow_stops_and_can_go_on(slack, connection, monkeypatch):
    """A worker of the site is not held for ten answers that all take long."""
    monkeypatch.setattr("apps.slack.connecting.MOST_SECONDS", 0.0)
    slack.workspace.page_size = 2
    slack.workspace.add("zenith")
    slack.slack.change({"clear": True})

    found = search(connection, "zenith")

    assert slack.slack.stats()["counts"]["conversations.list"] == 1
    assert (found.channels, bool(found.cursor)) == ((), True)


def test_an_archived_a_private_and_an_unknown_channel_are_not_chosen(slack, connection):
    secret = slack.workspace.add("secret", is_private=True)
    archived = slack.workspace.named("old-harbor")

    for channel_id in (secret.id, archived.id, "C0FOREIGN"):
        with pytest.raises(SlackRefused):
            choose(connection, channel_id)

    assert SlackConnection.objects.get().channel_name == "harbor"


def test_connecting_anew_keeps_the_channel_and_ends_the_warning(slack, connection):
    SlackConnection.objects.update(attention="Something.")

    again = let_in(slack, connection.team, channel="")

    assert (again.channel_name, again.attention) == ("harbor", "")


def test_another_workspace_has_no_channel_yet(slack, connection):
    again = adopt(connection.team, Grant("xoxb-other", "chat:write", "T2", "Other", "U2"))

    assert again.channel_id == ""
    assert SlackConnection.objects.get().attention  # less was granted than was asked for
    assert slack.workspace.token == ""  # the token before it is taken back


def test_who_disconnects_takes_the_access_back(slack, connection):
    assert disconnect(connection.team) == "Slack is disconnected, and what opened it is forgotten."

    assert slack.workspace.token == ""
    assert not SlackConnection.objects.exists()
    assert disconnect(connection.team) == ""


def test_the_last_team_of_a_workspace_takes_it_back_and_not_the_first(slack, connection):
    other = let_in(slack, TeamFactory())

    disconnect(connection.team)
    post(other, "Still here")
    disconnect(other.team)

    assert slack.workspace.token == ""


def test_a_slack_that_is_down_is_told_and_holds_nobody_back(slack, connection):
    slack.slack.change({"next": ["500"]})

    assert "remove Mergelight in the workspace" in disconnect(connection.team)
    assert not SlackConnection.objects.exists()


def test_an_access_that_slack_has_taken_back_already_is_given_up_without_a_word(slack, connection):
    slack.workspace.revoke()

    assert "forgotten" in disconnect(connection.team)


def test_a_team_that_is_deleted_gives_its_access_back_and_its_receipt_says_so(slack, connection):
    deletion = delete_team(connection.team, user=UserFactory())
    delete_rows(deletion.pk)

    deletion.refresh_from_db()
    assert deletion.told == (
        "Northwind Labs: Slack is disconnected, and what opened it is forgotten."
    )
    assert slack.workspace.token == ""
    assert not SlackConnection.objects.exists()
    assert deletion.counts["slack.SlackConnection"] == 1
