"""GitHub's REST routes that a set-up needs: who am I, which accounts, which repositories."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from apps.sandbox.graph import as_text
from apps.sandbox.http import Answer, Request
from apps.sandbox.records import Account, Repository, World

SCOPES = {"x-oauth-scopes": "read:org, repo, user:email", "x-accepted-oauth-scopes": ""}
_NOT_FOUND = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}


def answer(world: World, request: Request, viewer: Account) -> Answer:
    """Answer one GET; what is not there, or not ours, is 404."""
    parts = request.path.strip("/").split("/")
    if parts[0] == "user":
        found = _of_the_viewer(world, request, viewer, parts)
    else:
        found = _of_anybody(world, request, parts)
    return found or Answer(_NOT_FOUND, status=404)


def _of_the_viewer(
    world: World, request: Request, viewer: Account, parts: list[str]
) -> Answer | None:
    organization = world.organization
    match parts[1:]:
        case []:
            return Answer({**_account(viewer, request), "email": viewer.email})
        case ["orgs"]:
            return _page([_account(organization, request)], request)
        case ["memberships", "orgs"]:
            role = {"state": "active", "role": "admin"}
            return _page([{**role, "organization": _account(organization, request)}], request)
        case ["repos"]:
            return _repositories(world.repositories, request)
    return None


def _of_anybody(world: World, request: Request, parts: list[str]) -> Answer | None:
    owners = {**world.accounts, world.organization.login: world.organization}
    match parts:
        case ["repos", owner, name]:
            repository = world.repository(owner, name)
            return Answer(_repository(repository, request)) if repository else None
        case ["users" | "orgs", login, *below]:
            account = owners.get(login.lower())
            if account is None or (parts[0] == "orgs" and account.typename != "Organization"):
                return None
            return _below(world, request, account, below)
    return None


def _below(world: World, request: Request, account: Account, below: list[str]) -> Answer | None:
    match below:
        case []:
            return Answer(_account(account, request))
        case ["repos"]:
            owned = [r for r in world.repositories if r.owner == account]
            return _repositories(owned, request)
        case ["members"] if account is world.organization:
            return _page([_account(member, request) for member in world.members], request)
    return None


def _repositories(rows: Sequence[Repository], request: Request) -> Answer:
    """GitHub sorts by `sort` (full_name unless told), and by time newest first."""
    field = {"pushed": "pushed_at", "updated": "updated_at", "created": "created_at"}.get(
        request.query.get("sort", ""), "name_with_owner"
    )
    direction = request.query.get("direction", "asc" if field == "name_with_owner" else "desc")
    ordered = sorted(rows, key=lambda r: getattr(r, field), reverse=direction == "desc")
    return _page([_repository(row, request) for row in ordered], request)


def _page(rows: Sequence[Mapping[str, Any]], request: Request) -> Answer:
    """Cut a page and link to its neighbours, as `per_page` and `page` ask."""
    size = min(int(request.query.get("per_page", 30)), 100)
    number = int(request.query.get("page", 1))
    last = max(1, -(-len(rows) // size))
    neighbours = {"prev": number - 1, "first": 1} if number > 1 else {}
    neighbours |= {"next": number + 1, "last": last} if number < last else {}
    here = f"{request.base_url}{request.path}"
    links = [
        f'<{here}?{urlencode({**request.query, "page": page})}>; rel="{relation}"'
        for relation, page in neighbours.items()
    ]
    headers = {"Link": ", ".join(links)} if links else {}
    return Answer(rows[(number - 1) * size : number * size], headers=headers)


def _account(account: Account, request: Request) -> dict[str, Any]:
    return {
        "id": account.database_id,
        "node_id": account.id,
        "login": account.login,
        "type": account.typename,
        "name": account.name,
        "url": f"{request.base_url}/users/{account.login}",
        "html_url": account.url,
        "avatar_url": account.avatar_url,
        "site_admin": False,
    }


def _repository(repository: Repository, request: Request) -> dict[str, Any]:
    return {
        "id": repository.database_id,
        "node_id": repository.id,
        "name": repository.name,
        "full_name": repository.name_with_owner,
        "owner": _account(repository.owner, request),
        "private": repository.is_private,
        "visibility": "private" if repository.is_private else "public",
        "archived": repository.is_archived,
        "disabled": False,
        "fork": repository.is_fork,
        "default_branch": repository.default_branch,
        "description": repository.description,
        "language": repository.language,
        "html_url": repository.url,
        "url": f"{request.base_url}/repos/{repository.name_with_owner}",
        "created_at": as_text(repository.created_at),
        "updated_at": as_text(repository.updated_at),
        "pushed_at": as_text(repository.pushed_at),
        "permissions": {"admin": True, "push": True, "pull": True},
    }
