"""What the pages about Slack show: how it stands, and the channels to choose from."""

from collections.abc import Mapping
from math import ceil

from apps.slack import oauth
from apps.slack.client import ChannelPage
from apps.slack.connecting import connection_of, search
from apps.slack.errors import SlackDown, SlackError, SlackTooBusy
from apps.teams.models import Team

LONGEST_WORD = 80  # of a channel's name
LONGEST_CURSOR = 200


def page_of(team: Team, asked: Mapping[str, str]) -> dict[str, object]:
    """
    The context of `onboarding/_slack.html`; Slack is asked only where a channel is to be chosen.

    :param asked: of the page's address: `q`, a word; `cursor`, where the list goes on; `change`.
    """
    connection = connection_of(team)
    context: dict[str, object] = {
        "is_configured": oauth.is_configured(),
        "connection": connection,
        "scopes": oauth.SCOPES,
    }
    if connection is None or (connection.is_ready and "change" not in asked):
        return context
    word = asked.get("q", "").strip()[:LONGEST_WORD]
    cursor = asked.get("cursor", "")[:LONGEST_CURSOR]
    context |= {"chooses": True, "word": word, "is_first_page": not cursor}
    try:
        context["page"] = search(connection, word, cursor=cursor)
    except SlackError as exc:
        context |= {"page": ChannelPage((), ""), "refusal": on_a_page(exc)}
    return context


def on_a_page(exc: SlackError) -> str:
    """Nothing goes on by itself here, so it says when to try again."""
    if isinstance(exc, SlackTooBusy):
        return f"{exc} Try again in {ceil(exc.retry_after or 1)} seconds."
    return f"{exc} Try again in a minute." if isinstance(exc, SlackDown) else str(exc)
