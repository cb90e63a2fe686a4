"""A team is connected by a token that GitHub knows, and the token is not readable at rest."""

import httpx
import pytest
from django.db import connection as database

from apps.core.errors import PermanentError
from apps.github.api.errors import GitHubNotFound, GitHubTokenRejected
from apps.github.connecting.connections import connect, credentials_of
from apps.github.models import Connection
from tests.factories import TeamFactory
from tests.github.faults import always

pytestmark = pytest.mark.django_db


def test_a_team_is_connected_to_an_organisation(github):
    team = TeamFactory()

    connection = connect(team, token=" ghp_secret\n", account_login="ACME")

    assert (connection.viewer_login, connection.account_login) == ("viewer", "acme")
    assert connection.account_type == Connection.AccountType.ORGANIZATION
    assert connection.token_hint == "cret"
    assert credentials_of(team).token() == "ghp_secret"


def test_without_an_account_the_tokens_own_is_read(github):
    connection = connect(TeamFactory(), token="ghp_secret")

    assert connection.account_login == "viewer"
    assert connection.account_type == Connection.AccountType.USER


def test_connecting_again_replaces_the_token(github, team):
    connect(team, token="ghp_renewed", account_login="acme")

    assert Connection.objects.count() == 1
    assert credentials_of(team).token() == "ghp_renewed"


def test_a_token_that_github_does_not_know_changes_nothing(github, team):
    github.faults.append(
        always("Viewer", lambda: httpx.Response(401, json={"message": "Bad credentials"}))
    )

    with pytest.raises(GitHubTokenRejected):
        connect(team, token="ghp_wrong", account_login="acme")

    assert credentials_of(team).token() == "ghp_secret"


def test_an_account_that_the_token_cannot_see_is_refused(github, team):
    with pytest.raises(GitHubNotFound):
        connect(team, token="ghp_secret", account_login="unknown")


def test_a_team_without_a_connection_is_told_to_connect():
    with pytest.raises(PermanentError, match="not connected"):
        credentials_of(TeamFactory())


def test_the_stored_token_is_not_readable_in_the_database(team):
    with database.cursor() as cursor:
        cursor.execute("SELECT token FROM github_connection")
        assert "ghp_secret" not in cursor.fetchone()[0]
