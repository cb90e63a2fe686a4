"""Posting to a team's channel, and what its connection learns from that."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import timezone

from apps.core.fields import DecryptionError
from apps.slack import client
from apps.slack.client import Block
from apps.slack.errors import SlackRefused
from apps.slack.models import SlackConnection

NO_CHANNEL = "No channel is chosen."
KEY_LOST = "This site cannot read its access to Slack any more. Connect Slack again."


def post(connection: SlackConnection, text: str, blocks: Sequence[Block] = ()) -> None:
    """
    Post to the channel; the row says afterwards whether it needs attention.

    :raises SlackRefused: with `is_lost` where the row says so too.
    :raises SlackTooBusy, SlackDown: nothing was posted; later.
    :raises SlackSilent: it may have been.
    """
    if not connection.is_ready:
        raise SlackRefused(NO_CHANNEL, code="no_channel", is_lost=True)
    try:
        client.post_message(token_of(connection), connection.channel_id, text, blocks)
    except SlackRefused as exc:
        if exc.is_lost:
            needs_attention(connection, str(exc))
        raise
    _same(connection).update(attention="", last_posted_at=timezone.now())


def token_of(connection: SlackConnection) -> str:
    """:raises SlackRefused: if no key of this site opens it."""
    try:
        return connection.token
    except DecryptionError as exc:
        raise SlackRefused(KEY_LOST, code="key_lost", is_lost=True) from exc


def needs_attention(connection: SlackConnection, sentence: str) -> None:
    """Unless somebody has connected anew, or chosen another channel, since the row was read."""
    _same(connection).update(attention=sentence)


def _same(connection: SlackConnection) -> QuerySet[SlackConnection]:
    return SlackConnection.objects.filter(
        pk=connection.pk,
        workspace_id=connection.workspace_id,
        channel_id=connection.channel_id,
    )
