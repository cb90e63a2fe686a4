"""A team's way to GitHub that GitHub takes no more: known to the connection, and tried again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from apps.core.fields import DecryptionError
from apps.github.api.client import GitHubClient, open_client
from apps.github.api.credentials import Credentials, PlainToken, Priority
from apps.github.api.errors import GitHubDown, GitHubTokenRejected
from apps.github.api.patience import at_most
from apps.github.api.replies import RECONNECT
from apps.github.connecting.connections import credentials_in, credentials_of
from apps.github.connecting.installations import InstallationToken
from apps.github.models import Connection
from apps.teams.models import Team

logger = logging.getLogger(__name__)

#: Seconds for a question that no heartbeat goes beside; a step is silent for at most 45.
A_QUESTION = 20.0
ACCEPTED_AGAIN = "GitHub has refused the connection, and accepted it a moment later."


@contextmanager
def client_of(
    team: Team, *, priority: Priority = Priority.WEB, holder: str = ""
) -> Iterator[GitHubClient]:
    """
    A client that shows GitHub what the team has; its way is closed if GitHub takes that no more.

    One refusal is not believed: a second client asks something trivial first. Nor is it for ever: a
    token that was refused and is still here is shown once more, by whoever tries the run again and
    by the nightly update.

    :raises GitHubTokenRejected: with a sentence that names what was refused.
    :raises GitHubDown: in place of it, if the second client is answered.
    """
    _show_once_more(team)
    credentials = credentials_of(team)
    try:
        with open_client(credentials, priority=priority, holder=holder) as client:
            yield client
    except GitHubTokenRejected:
        _make_sure(team, credentials)
        raise GitHubDown(ACCEPTED_AGAIN) from None


def _show_once_more(team: Team) -> None:
    """:raises GitHubTokenRejected: if the token that is still here is refused as before."""
    connection = Connection.objects.filter(team=team).exclude(closed_because="").first()
    is_app = connection is not None and connection.kind == Connection.Kind.APP
    if connection is None or is_app or not connection.may_be_tried:
        return
    try:
        with at_most(A_QUESTION):
            try_again(connection)
    except GitHubTokenRejected as exc:
        raise GitHubTokenRejected(connection.closed_because) from exc


def _make_sure(team: Team, credentials: Credentials) -> None:
    """:raises GitHubTokenRejected: if GitHub refuses them once more; that is then stored."""
    try:
        with at_most(A_QUESTION), open_client(credentials_of(team)) as witness:
            witness.make_sure_it_answers()
    except GitHubTokenRejected as exc:
        raise GitHubTokenRejected(_closed(team, credentials, str(exc))) from exc


def _closed(team: Team, credentials: Credentials, reason: str) -> str:
    """The sentence. What the team has connected meanwhile stays open."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().filter(team=team).first()
        if connection is None or not _holds(connection, credentials):
            return reason
        sentence = _sentence(connection) if reason == RECONNECT else reason
        connection.closed_because = sentence
        connection.save(update_fields=["closed_because", "modified"])
    logger.warning("team %s: GitHub takes its way no more", connection.team_id)
    return sentence


def _holds(connection: Connection, credentials: Credentials) -> bool:
    if isinstance(credentials, PlainToken):
        try:
            return credentials.value == connection.token
        except DecryptionError:
            return False
    number = connection.installation_id
    return number is not None and credentials.budget == InstallationToken(number).budget


def _sentence(connection: Connection) -> str:
    match connection.kind:
        case Connection.Kind.APP:
            refused = f"the GitHub App in {connection.account_login}"
        case Connection.Kind.OAUTH:
            refused = f"the sign-in of {connection.viewer_login}"
        case _ if connection.token_hint:
            hint = connection.token_hint
            return RECONNECT.replace("the token", f"the token that ends in {hint}")
        case _:
            return RECONNECT
    return f"GitHub no longer accepts {refused}. Reconnect GitHub."


def try_again(connection: Connection) -> None:
    """
    Ask GitHub with what a closed way still holds, and open it if GitHub takes that.

    :raises GitHubError: with a sentence, if it does not; then it stays as it is.
    """
    with open_client(credentials_in(connection)) as client:
        client.make_sure_it_answers()
    Connection.objects.filter(pk=connection.pk, closed_because=connection.closed_because).update(
        closed_because=""
    )
