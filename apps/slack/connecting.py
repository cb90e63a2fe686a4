"""A team's way to Slack: taken, given a channel, and given up."""

import logging
import time

from django.db import transaction

from apps.slack import client, oauth
from apps.slack.client import Channel
from apps.slack.errors import SlackError, SlackRefused
from apps.slack.models import SlackConnection
from apps.slack.posting import needs_attention, token_of
from apps.slack.refusals import refusal_of
from apps.teams.models import Team

logger = logging.getLogger(__name__)

MOST_PAGES = 10  # that are looked through for one search: Slack answers 20 a minute
MOST_SECONDS = 15.0  # likewise: somebody waits for the page
MOST_FOUND = 50  # shown at once
NO_PRIVATE = "This channel is private. Choose a public one."


def connection_of(team: Team) -> SlackConnection | None:
    return SlackConnection.objects.filter(team=team).first()


def adopt(team: Team, grant: oauth.Grant) -> SlackConnection:
    """
    The grant becomes the team's; the channel stays where the workspace does.

    The token before it is revoked unless it is the same: Slack gives one workspace one token.
    """
    before = connection_of(team)
    old = _token_or_none(before)
    values = {
        "token": grant.token,
        "scopes": grant.scopes[:255],
        "workspace_id": grant.workspace_id[:32],
        "workspace_name": grant.workspace_name[:120],
        "bot_user_id": grant.bot_user_id[:32],
        "attention": "",
    }
    if before is None or before.workspace_id != grant.workspace_id:
        values |= {"channel_id": "", "channel_name": ""}
    with transaction.atomic():
        connection, _ = SlackConnection.objects.update_or_create(team=team, defaults=values)
    if before and old and old != grant.token:
        revoke(before, old)
    if missing := oauth.missing_scopes(grant.scopes):
        logger.warning("Slack has granted team %s less than was asked: %s", team.pk, missing)
        needs_attention(connection, refusal_of("missing_scope").sentence)
    return connection


def search(connection: SlackConnection, wanted: str, *, cursor: str = "") -> client.ChannelPage:
    """
    Public channels whose name holds what is wanted, from this cursor on.

    Slack has no search of its own, so pages are looked through; without a word one page is shown.

    :raises SlackError: with a sentence.
    """
    token = token_of(connection)
    word = wanted.strip().lstrip("#").casefold()
    found: list[Channel] = []
    ends_at = time.monotonic() + MOST_SECONDS
    for _ in range(MOST_PAGES):
        page = client.channels(token, cursor=cursor)
        found += [each for each in page.channels if word in each.name.casefold()]
        cursor = page.cursor
        is_shown = len(found) >= MOST_FOUND or (found and not word)
        if not cursor or is_shown or time.monotonic() > ends_at:
            break
    return client.ChannelPage(tuple(found), cursor)


def choose(connection: SlackConnection, channel_id: str) -> Channel:
    """
    Post to this channel from now on.

    :raises SlackError: if Slack does not show it, or it is of no use.
    """
    channel = client.channel(token_of(connection), channel_id)
    if channel.is_archived:
        raise SlackRefused(refusal_of("is_archived").sentence, code="is_archived", is_lost=False)
    if channel.is_private:
        raise SlackRefused(NO_PRIVATE, code="is_private", is_lost=False)
    SlackConnection.objects.filter(pk=connection.pk).update(
        channel_id=channel.id[:32], channel_name=channel.name[:120], attention=""
    )
    return channel


def disconnect(team: Team) -> str:
    """
    Forget the way to Slack, and have Slack forget it; a sentence on what became of it.

    Empty where there was none.
    """
    connection = connection_of(team)
    if connection is None:
        return ""
    connection.delete()
    return give_back(connection)


def give_back(connection: SlackConnection) -> str:
    """Have Slack forget the way to it; a sentence on what became of it. The row is the caller's."""
    token = _token_or_none(connection)
    if token is None or revoke(connection, token):
        return "Slack is disconnected, and what opened it is forgotten."
    return (
        "Slack is disconnected here. Slack itself could not be told: remove Mergelight in the "
        "workspace, under its apps."
    )


def revoke(connection: SlackConnection, token: str) -> bool:
    """
    Have Slack take the token back, unless another team here uses it too; whether that is done.

    Slack gives an app one token for each workspace, whoever of it connects.
    """
    others = SlackConnection.objects.filter(workspace_id=connection.workspace_id)
    others = others.exclude(team=connection.team_id)
    if any(_token_or_none(other) == token for other in others):
        return True
    try:
        client.revoke(token)
    except SlackRefused as exc:
        return exc.is_lost  # it was of no use any more
    except SlackError as exc:
        logger.warning("a token of team %s could not be revoked: %s", connection.team_id, exc)
        return False
    return True


def _token_or_none(connection: SlackConnection | None) -> str | None:
    try:
        return token_of(connection) if connection else None
    except SlackRefused:
        return None
