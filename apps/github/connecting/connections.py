"""A team's way to GitHub: made, kept, closed; and the credentials that it gives a client."""

import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from apps.core.errors import PermanentError
from apps.core.fields import DecryptionError
from apps.github.api import directory
from apps.github.api.client import GitHubClient, open_client
from apps.github.api.credentials import Credentials, PlainToken
from apps.github.api.errors import GitHubError, GitHubTokenRejected
from apps.github.api.facts import Owner
from apps.github.api.rest import client as rest
from apps.github.api.rest.client import Installation
from apps.github.connecting import installations, oauth
from apps.github.connecting.oauth import Grant
from apps.github.connecting.refreshing import with_a_good_token
from apps.github.models import Connection
from apps.teams.models import Team

logger = logging.getLogger(__name__)

MOST_SCOPES = 255  # characters; far more than those that are asked for

UNREADABLE = "The stored token can no longer be read. Reconnect GitHub."
DISCONNECTED = "GitHub was disconnected. Reconnect GitHub."


class InstallationTaken(PermanentError):
    """Another team reads through this installation. Says so to nobody."""


@dataclass(frozen=True)
class Candidate:
    """A way to GitHub that GitHub has confirmed, and that no team has taken yet."""

    kind: Connection.Kind
    viewer: Owner  #: who has brought it
    account: Owner  #: whose repositories are read
    token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    scopes: str = ""
    installation_id: int | None = None


def by_token(token: str, *, account_login: str = "") -> Candidate:
    """
    :param account_login: whose repositories are read; empty: the token's own account.
    :raises GitHubError: with a sentence, if GitHub does not know the token or the account.
    """
    token = token.strip()
    viewer, account = _seen_with(token, account_login)
    return Candidate(Connection.Kind.TOKEN, viewer, account, token)


def by_sign_in(grant: Grant, *, account_login: str = "") -> Candidate:
    """As `by_token`; whose grant it is, GitHub is asked with the grant itself."""
    viewer, account = _seen_with(grant.token, account_login)
    return Candidate(
        Connection.Kind.OAUTH,
        viewer,
        account,
        grant.token,
        grant.refresh_token,
        grant.expires_at,
        grant.scopes,
    )


def by_installation(installation: Installation, *, viewer: Owner) -> Candidate:
    """:param viewer: whose sign-in has shown that the installation is theirs."""
    return Candidate(
        Connection.Kind.APP,
        viewer,
        installation.account,
        scopes=installations.granted_permissions(installation),
        installation_id=installation.id,
    )


def _seen_with(token: str, account_login: str) -> tuple[Owner, Owner]:
    with open_client(token) as client:
        viewer = directory.viewer(client)
        return viewer, directory.account(client, account_login) if account_login else viewer


def is_somebody_else(connection: Connection | None, candidate: Candidate) -> bool:
    """
    Whether a team would read on as another person, or another account.

    By their numbers: a login may be renamed, and then be taken by somebody else.
    """
    if connection is None:
        return False
    if Connection.Kind.APP not in (candidate.kind, connection.kind) and _differs(
        candidate.viewer, connection.viewer_id, connection.viewer_login
    ):
        return True
    reads = connection.team.repositories.exists()  # before, no account is the team's
    return reads and _differs(candidate.account, connection.account_id, connection.account_login)


def _differs(owner: Owner, number: int | None, login: str) -> bool:
    return owner.login != login if number is None else owner.github_id != number


def adopt(team: Team, candidate: Candidate) -> Connection:
    """
    Make this the team's way to GitHub; an earlier one is replaced, and a sign-in's token revoked.

    :raises InstallationTaken: if another team has the installation. Nothing is changed then.
    """
    try:
        with transaction.atomic():
            connection, former = _connection_to_replace(team)
            _write(connection, candidate)
    except IntegrityError as exc:
        raise InstallationTaken("This installation belongs to another team.") from exc
    if former and former != candidate.token:
        oauth.revoke(former)
    return connection


def _connection_to_replace(team: Team) -> tuple[Connection, str]:
    """The team's, locked, with the token that GitHub has to revoke then; or a new one."""
    Team.objects.select_for_update().get(pk=team.pk)  # a form that is sent twice comes one by one
    connection = Connection.objects.select_for_update().filter(team=team).first()
    if connection is None:
        return Connection(team=team), ""
    return connection, _token_to_revoke(connection)


def _write(connection: Connection, candidate: Candidate) -> None:
    connection.kind = candidate.kind
    connection.hold(candidate.token, candidate.refresh_token, candidate.expires_at)
    connection.scopes = candidate.scopes[:MOST_SCOPES]
    connection.installation_id = candidate.installation_id
    connection.viewer_login = candidate.viewer.login
    connection.viewer_id = candidate.viewer.github_id
    connection.account_login = candidate.account.login
    connection.account_id = candidate.account.github_id
    connection.account_type = candidate.account.kind
    connection.closed_because = ""
    connection.save()


def connect(team: Team, *, token: str, account_login: str = "") -> Connection:
    """
    Check the token at GitHub and make it the team's; an earlier way is replaced.

    :raises GitHubError: as `by_token`.
    """
    return adopt(team, by_token(token, account_login=account_login))


def close(connection: Connection, *, because: str) -> None:
    """
    Forget the tokens of a way that GitHub, or the team, has closed; what was read stays.

    :param because: a sentence for the team, which asks to reconnect.
    """
    connection.hold()
    connection.closed_because = because
    connection.save()


def disconnect(team: Team) -> None:
    """Forget the team's way to GitHub, and have GitHub revoke the token of a sign-in."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().filter(team=team).first()
        if connection is None:
            return
        token = _token_to_revoke(connection)
        connection.installation_id = None  # another team may take it now
        close(connection, because=DISCONNECTED)
    if token:
        oauth.revoke(token)


def _token_to_revoke(connection: Connection) -> str:
    """A pasted token is its owner's, who may use it elsewhere."""
    if connection.kind != Connection.Kind.OAUTH:
        return ""
    try:
        return connection.token
    except DecryptionError:
        return ""


def read_account(connection: Connection, login: str) -> None:
    """
    Read another account's repositories with the same credentials.

    :raises GitHubError: with a sentence, if they do not see it.
    """
    with open_client(credentials_of(connection.team)) as client:
        account = directory.account(client, login)
    Connection.objects.filter(pk=connection.pk).update(
        account_login=account.login, account_id=account.github_id, account_type=account.kind
    )


def accounts_seen(client: GitHubClient, connection: Connection) -> list[Owner]:
    """Whose repositories may be chosen. An installation is that of one account."""
    if connection.kind == Connection.Kind.APP:
        return [directory.account(client, connection.account_login)]
    return directory.accounts(client)


def connection_of(team: Team) -> Connection:
    """
    :raises GitHubTokenRejected: with a sentence, if the team's way was closed.
    :raises PermanentError: if the team is not connected.
    """
    connection = Connection.objects.filter(team=team).first()
    if connection is None:
        raise PermanentError("GitHub is not connected. Connect it first.")
    if not connection.is_open:
        raise GitHubTokenRejected(connection.closed_because)
    return connection


def credentials_of(team: Team) -> Credentials:
    """
    What a client of this team shows GitHub.

    Asks GitHub where a sign-in's token has to be refreshed; so not inside a transaction.

    :raises GitHubError, PermanentError: with a sentence, if there is no way.
    """
    return credentials_in(connection_of(team))


def credentials_in(connection: Connection) -> Credentials:
    """As `credentials_of`, of a way that may be closed."""
    if connection.kind == Connection.Kind.APP:
        if connection.installation_id is None:
            raise GitHubTokenRejected(DISCONNECTED)
        return installations.InstallationToken(connection.installation_id)
    try:
        connection = with_a_good_token(connection)
        token = connection.token
    except DecryptionError as exc:
        raise GitHubTokenRejected(UNREADABLE) from exc
    return PlainToken(token, connection.viewer_id)


def look_up_permissions(installation_id: int) -> None:
    """
    Store what an App's installation has been granted now; a webhook tells that, but in any order.

    Asks GitHub, so not inside a transaction. If it does not say, what is stored stays.
    """
    try:
        signed = installations.signed_by_the_app()
        granted = installations.granted_permissions(rest.installation(installation_id, signed))
    except GitHubError as exc:
        logger.warning("installation %s: its permissions are not told: %s", installation_id, exc)
        return
    Connection.objects.filter(installation_id=installation_id).update(scopes=granted)


def missing_of(connection: Connection) -> tuple[str, ...]:
    """What GitHub has not granted of what is asked for, by GitHub's names; the rest works."""
    match connection.kind:
        case Connection.Kind.APP:
            return installations.missing_permissions(connection.scopes)
        case Connection.Kind.OAUTH:
            return oauth.missing_scopes(connection.scopes)
    return ()
