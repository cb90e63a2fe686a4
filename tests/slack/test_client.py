"""Every way in which Slack says no, over real HTTP: what it means, and in which words."""

import pytest

from apps.sandbox.slack.server import WORDS
from apps.slack import client, oauth
from apps.slack.errors import SlackDown, SlackError, SlackRefused, SlackSilent, SlackTooBusy
from apps.slack.models import SlackConnection
from apps.slack.posting import post
from apps.slack.refusals import REFUSALS, Means, refusal_of
from tests.factories import TeamFactory
from tests.slack.conftest import BACK, let_in

pytestmark = pytest.mark.django_db


def test_a_message_arrives_as_it_was_sent_and_nothing_in_it_is_looked_for(slack, connection):
    post(connection, "Ready")

    (posted,) = slack.workspace.posts
    assert (posted.channel, posted.text) == (connection.channel_id, "Ready")
    assert posted.body["parse"] == "none"
    assert not posted.body["link_names"]
    assert not posted.body["unfurl_links"]
    assert not posted.body["unfurl_media"]


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        ("429", SlackTooBusy),
        ("ratelimited", SlackTooBusy),
        ("500", SlackDown),
        ("503", SlackDown),
        ("garbled", SlackDown),
        ("internal_error", SlackSilent),
        ("reset", SlackSilent),
        ("drop", SlackSilent),
        ("invalid_auth", SlackRefused),
        ("something_new", SlackRefused),
    ],
)
def test_each_failure_is_told_apart_by_what_can_be_done(slack, connection, fault, raised):
    slack.slack.change({"next": [fault]})

    with pytest.raises(raised) as caught:
        post(connection, "Ready")

    assert str(caught.value).endswith(".")


def test_a_limit_says_how_long_it_lasts(slack, connection):
    slack.slack.change({"next": ["429"]})

    with pytest.raises(SlackTooBusy) as caught:
        post(connection, "Ready")

    assert caught.value.retry_after == 30


def test_nobody_at_the_address_is_a_slack_that_is_down(connection, settings):
    settings.SLACK_API_URL = "http://127.0.0.1:9/api"

    with pytest.raises(SlackDown, match="could not be reached"):
        post(connection, "Ready")


def test_every_word_of_the_table_has_a_sentence():
    for word, refusal in REFUSALS.items():
        assert refusal.sentence.endswith("."), word
        assert "{}" not in refusal.sentence


def test_a_word_that_nobody_knows_is_told_and_is_no_loss():
    refusal = refusal_of("weird <!here> word")

    assert refusal.means is Means.NO
    assert "<" not in refusal.sentence


@pytest.mark.parametrize("word", [word for word in WORDS if refusal_of(word).means is Means.LOST])
def test_what_is_lost_needs_attention_until_a_message_gets_through(slack, connection, word):
    slack.slack.change({"next": [word]})

    with pytest.raises(SlackRefused) as caught:
        post(connection, "Ready")

    connection.refresh_from_db()
    assert caught.value.is_lost
    assert connection.attention == str(caught.value)
    post(connection, "Ready")
    connection.refresh_from_db()
    assert connection.attention == ""


def test_what_a_message_is_to_blame_for_says_nothing_of_the_connection(slack, connection):
    slack.slack.change({"next": ["msg_too_long"]})

    with pytest.raises(SlackRefused):
        post(connection, "Ready")

    connection.refresh_from_db()
    assert connection.attention == ""


def test_an_archived_channel_and_a_removed_app_are_told_apart(slack, connection):
    slack.workspace.change("harbor", is_archived=True)
    with pytest.raises(SlackRefused, match="archived"):
        post(connection, "Ready")

    slack.workspace.revoke()
    with pytest.raises(SlackRefused, match="Connect Slack again"):
        post(connection, "Ready")


def test_a_refusal_of_an_old_choice_says_nothing_of_the_new_one(slack, connection):
    before = SlackConnection.objects.get()
    SlackConnection.objects.update(channel_id=slack.workspace.named("design").id)
    slack.workspace.change("harbor", is_archived=True)

    with pytest.raises(SlackRefused):
        post(before, "Ready")

    assert SlackConnection.objects.get().attention == ""


def test_pages_of_channels_end_where_no_cursor_is(slack, connection):
    slack.workspace.page_size = 3
    token, names, cursor = connection.token, [], ""
    while True:
        page = client.channels(token, cursor=cursor)
        names += [channel.name for channel in page.channels]
        cursor = page.cursor
        if not cursor:
            break

    assert sorted(names) == sorted(
        each.name for each in slack.workspace.channels.values() if not each.is_archived
    )


def test_a_code_is_good_once_and_only_with_the_address_it_was_asked_for(slack):
    asked = {"scope": ",".join(oauth.SCOPES), "redirect_uri": BACK}
    code = slack.workspace.code_for(asked)
    grant = oauth.exchange(code, redirect_uri=BACK)
    assert grant.token.startswith("xoxb-")
    assert grant.workspace_name == "Northwind Labs"
    assert grant.token not in repr(grant)

    with pytest.raises(SlackRefused, match="begin again"):
        oauth.exchange(code, redirect_uri=BACK)
    with pytest.raises(SlackRefused, match="redirect URL"):
        oauth.exchange(slack.workspace.code_for(asked), redirect_uri="http://elsewhere/")


def test_a_wrong_secret_is_told_as_a_matter_of_who_runs_this_site(slack, settings):
    settings.SLACK_CLIENT_SECRET = "wrong"

    with pytest.raises(SlackRefused, match="Whoever runs this site"):
        oauth.exchange("code", redirect_uri=BACK)


def test_no_token_is_in_an_error_or_in_the_log(slack, connection, caplog):
    for fault in ("429", "500", "reset", "invalid_auth", "garbled"):
        slack.slack.change({"next": [fault]})
        with pytest.raises(SlackError) as caught:
            post(connection, "Ready")
        assert connection.token not in repr(caught.value)

    assert connection.token not in caplog.text


@pytest.mark.parametrize(
    ("identifier", "secret", "warnings"), [("", "", 0), ("a", "b", 0), ("a", "", 1), ("", "b", 1)]
)
def test_half_a_registration_is_warned_about(settings, identifier, secret, warnings):
    settings.SLACK_CLIENT_ID, settings.SLACK_CLIENT_SECRET = identifier, secret

    assert len(list(oauth.check_registration())) == warnings


def test_two_teams_of_one_workspace_do_not_take_one_another_s_access(slack):
    one, other = let_in(slack, TeamFactory()), let_in(slack, TeamFactory())
    assert one.token == other.token
