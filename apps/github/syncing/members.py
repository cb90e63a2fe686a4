"""Who belongs to the connected account: members as people of the team."""

import logging
from functools import partial

from django.conf import settings
from django.utils import timezone

from apps.core.parallel import in_parallel
from apps.github.api import directory
from apps.github.api.client import GitHubClient
from apps.github.api.credentials import Priority
from apps.github.api.errors import GitHubAccessRefused, GitHubError, GitHubTimeout
from apps.github.api.facts import Account
from apps.github.connecting.connections import connection_of
from apps.github.connecting.rejection import client_of
from apps.github.models import Connection, Person
from apps.github.syncing import outages
from apps.github.syncing.people import People
from apps.pipeline.claims import Claim

logger = logging.getLogger(__name__)

ATTEMPTS = 3  # of the step, until a list that GitHub gives up on is gone without: at most


def sync(claim: Claim, *, priority: Priority = Priority.PHASE1) -> None:
    """
    Store the members of the organisation, or the one of a personal account.

    Members that cannot be listed, because the token may not or GitHub gives up on the list again
    and again, are no error: authors and reviewers become people anyway.

    :raises GitHubTimeout: while it may be a bad moment; the step is tried again.
    """
    with (
        outages.waited_for(claim),
        client_of(claim.row, priority=priority, holder=f"team:{claim.row.pk}") as client,
    ):
        connection = connection_of(claim.row)  # open again now, if it was closed by mistake
        [fetched] = in_parallel(
            [connection],
            partial(_accounts, client),
            at_once=1,
            on_idle=claim.heartbeat,
            on_leaving=client.wait_no_more,
        )
        try:
            accounts = fetched.value()
        except GitHubAccessRefused as exc:
            _go_without(claim, exc)
            return
        except GitHubTimeout as exc:
            if claim.attempts_now() < min(ATTEMPTS, settings.PIPELINE["attempts"]):
                raise
            _go_without(claim, exc)
            return
    with claim.batch():
        _store(claim.row.pk, accounts)


def sync_again(claim: Claim) -> None:
    """In a refresh: whatever keeps GitHub from listing them, the members stay as they are known."""
    try:
        sync(claim, priority=Priority.PHASE2)
    except GitHubError as exc:
        _go_without(claim, exc)


def _go_without(claim: Claim, exc: GitHubError) -> None:
    logger.warning("team %s: members of the account are not listed: %s", claim.row.pk, exc)


def _accounts(client: GitHubClient, connection: Connection) -> list[Account]:
    """In a thread: no database."""
    login = connection.account_login
    with client.witnessed():
        if connection.account_type != Connection.AccountType.ORGANIZATION:
            owner = directory.account(client, login)
            return [Account(login=owner.login, github_id=owner.github_id, name=owner.name)]
        return [account for page in directory.members(client, login) for account in page]


def _store(team_id: int, accounts: list[Account]) -> None:
    ids = People(team_id).ids_of(accounts).values()
    people, now = Person.objects.filter(team_id=team_id), timezone.now()
    people.filter(pk__in=ids, is_member=False).update(is_member=True, modified=now)
    people.filter(is_member=True).exclude(pk__in=ids).update(is_member=False, modified=now)
