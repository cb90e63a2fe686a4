"""An invented Slack over real HTTP, and a team that has let Mergelight into it."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.sandbox.server import Sandbox, running
from apps.sandbox.slack.workspace import CLIENT_ID, CLIENT_SECRET
from apps.slack import oauth
from apps.slack.connecting import adopt, choose
from apps.slack.models import SlackConnection
from tests.factories import TeamFactory

BACK = "http://testserver/slack/callback/"


@pytest.fixture
def slack(settings: Any) -> Iterator[Sandbox]:
    """Slack, at which this site is registered."""
    with running(small=True) as sandbox:
        settings.SLACK_API_URL = sandbox.slack_api_url
        settings.SLACK_AUTHORIZE_URL = sandbox.slack_authorize_url
        settings.SLACK_CLIENT_ID, settings.SLACK_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        settings.SLACK_TIMEOUT = 5
        yield sandbox


def let_in(slack: Sandbox, team: Any, channel: str = "harbor") -> SlackConnection:
    """Connect a team, and choose a channel unless its name is empty."""
    code = slack.workspace.code_for({"scope": ",".join(oauth.SCOPES), "redirect_uri": BACK})
    connection = adopt(team, oauth.exchange(code, redirect_uri=BACK))
    if channel:
        choose(connection, slack.workspace.named(channel).id)
    return SlackConnection.objects.get(pk=connection.pk)


@pytest.fixture
def connection(slack: Sandbox, db: None) -> SlackConnection:
    return let_in(slack, TeamFactory())
