"""Choosing what is read: the accounts and repositories that the team's token sees."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.core.history import history_start
from apps.github.api import directory
from apps.github.api.client import GitHubClient
from apps.github.api.errors import GitHubAccessRefused
from apps.github.api.facts import Owner, Repository
from apps.github.choosing.selection import select_found
from apps.github.connecting.connections import accounts_seen, read_account
from apps.github.models import Connection
from apps.pipeline.moves import MoveRefused, StaleTicket, move
from apps.pipeline.standing import standing_of
from apps.teams.models import Team

logger = logging.getLogger(__name__)

PRESELECTED = 10  # repositories that are chosen before anybody has
MOST_COUNTED = 100  # repositories that are listed to be counted: one request


@dataclass(frozen=True)
class Offer:
    """What may be chosen: the token's accounts, and the repositories of one of them."""

    accounts: tuple[Owner, ...]
    owner: Owner  #: the account whose repositories these are
    repositories: tuple[Repository, ...]  #: the most recently pushed first
    refusal: str = ""  #: a sentence: why this account's repositories are not seen

    @property
    def account(self) -> str:
        return self.owner.login

    @property
    def names(self) -> list[str]:
        return [repository.name_with_owner for repository in self.repositories]

    @property
    def is_cut(self) -> bool:
        """There may be more: only so many are listed."""
        return len(self.repositories) == directory.MOST_REPOSITORIES


def offer_of(
    client: GitHubClient,
    connection: Connection,
    wanted: str,
    *,
    most: int = directory.MOST_REPOSITORIES,
) -> Offer:
    """
    Ask GitHub what the team's connection sees.

    An account that wants an authorisation first is offered with the reason and no repositories.

    :param wanted: login of the account to list. One that the connection does not see, or none,
        gives the account in use, and before a choice the first organisation.
    :param most: repositories of interest, the most active ones.
    :raises GitHubError: with a sentence.
    """
    accounts = accounts_seen(client, connection)
    owner = _account(accounts, wanted, connection)
    repositories, refusal = list[Repository](), ""
    try:
        repositories = directory.repositories(client, owner.login, limit=most)
    except GitHubAccessRefused as exc:
        refusal = str(exc)
    return Offer(tuple(accounts), owner, tuple(repositories), refusal)


def _account(accounts: list[Owner], wanted: str, connection: Connection) -> Owner:
    by_login = {owner.login: owner for owner in accounts}
    logins = list(by_login)
    in_use = connection.account_login
    has_chosen = in_use != connection.viewer_login or connection.team.repositories.exists()
    candidates = [wanted, in_use if has_chosen else "", *logins[1:], *logins]
    return by_login[next(login for login in candidates if login in by_login)]


def chosen_before(team: Team, offer: Offer, *, now: datetime) -> set[str]:
    """
    The names that are ticked when the page opens.

    The team's own choice; without one, the most active repositories that have a pull request to
    read: neither archived nor a fork, pushed to within the history.
    """
    if seen := set(selected_names(team)) & set(offer.names):
        return seen
    active = [
        repository.name_with_owner
        for repository in offer.repositories
        if not (repository.is_archived or repository.is_fork)
        and repository.pushed_at is not None
        and repository.pushed_at >= history_start(now, days=team.history_days)
    ]
    return set(active[:PRESELECTED])


def selected_names(team: Team) -> list[str]:
    """What the team reads, or has chosen to."""
    chosen = team.repositories.filter(is_selected=True)
    return sorted(chosen.values_list("name_with_owner", flat=True))


def begin(team: Team, *, account: str, chosen: Sequence[Repository], actor: str) -> bool:
    """
    Make these the team's repositories, and start the import (again, where one has ended).

    If somebody else has started it meanwhile, it stays started, and reads what they have chosen:
    two clicks make one run.

    :param chosen: as GitHub has described them just now; none of them is asked for again.
    :returns: whether this run is the one that was begun here.
    :raises GitHubError: with a sentence.
    """
    connection = Connection.objects.get(team=team)
    if connection.account_login != account:
        read_account(connection, account)
    verb = "start" if "start" in standing_of(team).can else "restart"
    try:
        with transaction.atomic():  # the run first: who is refused changes nothing
            move(team.pk, verb, actor=actor, ticket=team.pipeline_ticket)
            select_found(team, chosen)
    except (MoveRefused, StaleTicket):
        return False
    return True


def note_not_offered(team: Team, names: Collection[str]) -> None:
    """Somebody has posted names that no page had offered: nothing was started."""
    logger.warning("Team %s: %s names of repositories were not offered to it", team.pk, len(names))
