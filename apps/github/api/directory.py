"""What a token can see: whose it is, which accounts, which repositories. For the connect pages."""

import logging
from collections.abc import Iterator
from itertools import islice
from typing import Any

from apps.github.api import payloads
from apps.github.api.client import GitHubClient
from apps.github.api.errors import GitHubAccessRefused, GitHubTimeout
from apps.github.api.facts import Account, Owner, Page, Repository
from apps.github.api.queries import (
    ACCOUNT,
    MEMBERS,
    ORGANIZATIONS,
    OWNER_REPOSITORIES,
    REPOSITORY,
    VIEWER,
    VIEWER_REPOSITORIES,
)

logger = logging.getLogger(__name__)

TRIES = 3  # of a page that comes with holes
MOST_REPOSITORIES = 1000  # listed for one account: ten requests


def viewer(client: GitHubClient) -> Owner:
    """
    Whose token it is.

    :raises GitHubTokenRejected: if GitHub does not know the token.
    """
    return payloads.owner(client.query(VIEWER).at("viewer"))


def accounts(client: GitHubClient) -> list[Owner]:
    """
    The token's owner, then the organisations that the token can see.

    Without the right to list organisations it is the owner alone; others can still be named.
    """
    found = [viewer(client)]
    try:
        for page in _pages(client, ORGANIZATIONS, {}, "viewer", "organizations"):
            found.extend(payloads.owner(raw) for raw in page)
    except GitHubAccessRefused as exc:
        logger.info("organisations are not listed: %s", exc)
    return found


def account(client: GitHubClient, login: str) -> Owner:
    """
    An organisation or a personal account by its login, in whatever case.

    :raises GitHubAccessRefused: if there is none, or the token may not see it.
    """
    own = viewer(client)
    if own.login.lower() == login.lower():
        return own
    return payloads.owner(client.query(ACCOUNT, {"login": login}).at("repositoryOwner"))


def repositories(
    client: GitHubClient, login: str, *, limit: int = MOST_REPOSITORIES
) -> list[Repository]:
    """An account's repositories, the most recently pushed first; at most `limit` of them."""
    if viewer(client).login.lower() == login.lower():
        pages = _pages(client, VIEWER_REPOSITORIES, {}, "viewer", "repositories")
    else:
        pages = _pages(
            client, OWNER_REPOSITORIES, {"login": login}, "repositoryOwner", "repositories"
        )
    found = (payloads.repository(raw) for page in pages for raw in page)
    return list(islice(found, limit))


def repository(client: GitHubClient, name_with_owner: str) -> Repository:
    """
    One repository by "owner/name"; one that was renamed is found by its old name.

    :raises GitHubAccessRefused: if there is none, or the token may not see it.
    """
    owner, _, name = name_with_owner.partition("/")
    answer = client.query(REPOSITORY, {"owner": owner, "name": name})
    return payloads.repository(answer.at("repository"))


def members(client: GitHubClient, login: str) -> Iterator[list[Account]]:
    """
    An organisation's members, a page at a time.

    :raises GitHubAccessRefused: if the token may not list them.
    """
    for page in _pages(client, MEMBERS, {"login": login}, "organization", "membersWithRole"):
        yield [payloads.actor(raw) for raw in page]


def _pages(
    client: GitHubClient, document: str, variables: dict[str, Any], *path: str
) -> Iterator[list[dict[str, Any]]]:
    cursor = ""
    seen = {cursor}
    while True:
        raw = _whole_page(client, document, {**variables, "after": cursor or None}, path)
        page: Page[dict[str, Any]] = payloads.page(raw, dict)
        yield list(page.items)
        if page.is_last:
            return
        if page.cursor in seen:
            raise GitHubTimeout("GitHub's list does not come to its end.")
        cursor = page.cursor
        seen.add(cursor)


def _whole_page(
    client: GitHubClient, document: str, variables: dict[str, Any], path: tuple[str, ...]
) -> Any:
    """
    What lies at `path`, asked for until GitHub has left nothing out that it could give.

    :raises GitHubTimeout: if it leaves something out each time.
    """
    for _ in range(TRIES):
        answer = client.query(document, variables)
        raw = answer.at(*path)
        if not answer.gave_up_at(*path):
            return raw
    raise GitHubTimeout("GitHub gave only a part of a list, again and again.")
