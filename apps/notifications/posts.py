"""A message as Slack shows it: short, with a link, and calling nobody."""

from collections.abc import Iterator

from apps.core.mails import public_url
from apps.notifications.said import Line, Said
from apps.slack.client import Block
from apps.slack.escaping import escaped, link
from apps.slack.models import SlackConnection
from apps.slack.posting import post

MOST_CHARS = 2800  # of a section: Slack takes 3,000
MOST_HEADING = 150


def post_said(connection: SlackConnection, said: Said) -> None:
    """:raises SlackError: as `post`."""
    post(connection, escaped(said.subject), list(blocks_of(said)))


def post_test(connection: SlackConnection) -> None:
    """Show that the channel is the right one. :raises SlackError: as `post`."""
    team = connection.team
    dashboard = link(public_url("onboarding:status", team.slug), "Mergelight")
    said = f"{dashboard} writes here for the team {escaped(team.name)}. This is a test."
    post(connection, escaped(f"Mergelight writes here for the team {team.name}."), [_section(said)])


def blocks_of(said: Said) -> Iterator[Block]:
    """https://docs.slack.dev/reference/block-kit/blocks"""
    heading = {"type": "plain_text", "text": said.heading[:MOST_HEADING], "emoji": False}
    yield {"type": "header", "text": heading}
    if said.lead:
        yield _section("\n".join(map(escaped, said.lead)))
    if said.lines:
        told = [escaped(said.basis), *(_line(each, said.columns[1]) for each in said.lines)]
        yield _section("\n".join(each for each in told if each))
    for part in said.parts:
        listed = "\n".join(f"• {escaped(each)}" for each in part.sentences)
        yield _section(f"*{escaped(part.heading)}*\n{listed}")
    yield _section(link(said.url, said.button))


def _line(line: Line, before: str) -> str:
    note = f" ({escaped(line.note)})" if line.note else ""
    then = f"; {escaped(before.lower())}: {escaped(line.before)}" if line.before else ""
    return f"{escaped(line.label)}: *{escaped(line.value)}*{note}{then}"


def _section(text: str) -> Block:
    """
    `verbatim`: names of channels and people in the text are not looked for.

    What is cut is cut between words, so that no mark of Slack's is left half.
    """
    if len(text) > MOST_CHARS:
        text = f"{text[:MOST_CHARS].rsplit(maxsplit=1)[0]} …"
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
