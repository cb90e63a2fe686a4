"""Choosing what is read: the accounts and repositories that the team's token sees."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from apps.core.history import history_start
from apps.github import directory
from apps.github.client import open_client
from apps.github.connections import connect, select_repositories
from apps.github.facts import Owner, Repository
from apps.github.models import Connection
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.pipeline.standing import standing_of
from apps.teams.models import Team

PRESELECTED = 10  # repositories that are chosen before anybody has


@dataclass(frozen=True)
class Offer:
    """What may be chosen: the token's accounts, and the repositories of one of them."""

    accounts: tuple[Owner, ...]
    account: str  #: login of the account whose repositories these are
    repositories: tuple[Repository, ...]  #: the most recently pushed first

    @property
    def names(self) -> list[str]:
        return [repository.name_with_owner for repository in self.repositories]


def offer_of(connection: Connection, wanted: str) -> Offer:
    """
    Ask GitHub what the team's token sees.

    :param wanted: login of the account to list. One that the token does not see, or none, gives
        the account in use, and before a choice the first organisation.
    :raises GitHubError: with a sentence.
    """
    with open_client(connection.token) as client:
        accounts = directory.accounts(client)
        account = _account(accounts, wanted, connection)
        repositories = directory.repositories(client, account)
    return Offer(tuple(accounts), account, tuple(repositories))


def _account(accounts: list[Owner], wanted: str, connection: Connection) -> str:
    logins = [owner.login for owner in accounts]
    in_use = connection.account_login
    has_chosen = in_use != connection.viewer_login or connection.team.repositories.exists()
    candidates = [wanted, in_use if has_chosen else "", *logins[1:], *logins]
    return next(login for login in candidates if login in logins)


def chosen_before(team: Team, offer: Offer, *, now: datetime) -> set[str]:
    """
    The names that are ticked when the page opens.

    The team's own choice; without one, the most active repositories that have a pull request to
    read: neither archived nor a fork, pushed to within the history.
    """
    own = team.repositories.filter(is_selected=True).values_list("name_with_owner", flat=True)
    if seen := set(own) & set(offer.names):
        return seen
    active = [
        repository.name_with_owner
        for repository in offer.repositories
        if not (repository.is_archived or repository.is_fork)
        and repository.pushed_at is not None
        and repository.pushed_at >= history_start(now)
    ]
    return set(active[:PRESELECTED])


def begin(team: Team, *, account: str, names: Collection[str], actor: str) -> None:
    """
    Make these the team's repositories, and start the import (again, where one has ended).

    If somebody else has started it meanwhile, it stays started: two clicks make one run.

    :raises GitHubError: with a sentence.
    """
    connection = Connection.objects.get(team=team)
    if connection.account_login != account:
        connect(team, token=connection.token, account_login=account)
    select_repositories(team, names)
    verb = "start" if "start" in standing_of(team).can else "restart"
    try:
        move(team.pk, verb, actor=actor, ticket=team.pipeline_ticket)
    except (MoveRefused, StaleTicket):
        return
