"""A pasted token is charged to its owner, and a team without a way that works is told so."""

import pytest

from apps.core.errors import PermanentError
from apps.github.api.errors import GitHubTokenRejected
from apps.github.connecting.connections import close, connect, credentials_of
from apps.github.models import Connection
from tests.core.test_fields import new_key
from tests.factories import TeamFactory
from tests.github.signing_in import looks

pytestmark = pytest.mark.django_db


def test_a_pasted_token_is_charged_to_its_owner(oauth_app):
    team = TeamFactory()
    connect(team, token=oauth_app.token)

    credentials = credentials_of(team)

    assert credentials.budget == f"user:{oauth_app.world.members[0].database_id}"
    assert credentials.renewed(oauth_app.token) is None
    assert looks(credentials) == "mira-okafor"


def test_a_team_that_never_connected_is_told_to(oauth_app):
    with pytest.raises(PermanentError, match="GitHub is not connected"):
        credentials_of(TeamFactory())


def test_a_way_that_was_closed_says_why_and_a_new_connect_opens_it(oauth_app):
    """S-041: the tokens are gone."""
    team = TeamFactory()
    close(connect(team, token=oauth_app.token), because="The App was removed. Reconnect GitHub.")

    with pytest.raises(GitHubTokenRejected, match="The App was removed"):
        credentials_of(team)
    assert Connection.objects.get().token == ""

    connect(team, token=oauth_app.token)
    assert looks(credentials_of(team)) == "mira-okafor"


def test_a_secret_that_cannot_be_read_asks_to_reconnect(oauth_app, settings):
    """S-049: no crash, and no fallback to plain text."""
    team = TeamFactory()
    connect(team, token=oauth_app.token)
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]

    with pytest.raises(GitHubTokenRejected, match="Reconnect GitHub"):
        credentials_of(team)
