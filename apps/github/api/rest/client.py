"""
GitHub's REST and sign-in routes for connecting. Raises the errors of `apps.github.api.errors` only.

No error carries what GitHub wrote: a body may hold a token.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings

from apps.github.api.errors import (
    GitHubDown,
    GitHubForbidden,
    GitHubNotFound,
    GitHubTokenRejected,
    GitHubTooFast,
)
from apps.github.api.facts import Owner

logger = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds; less than a database lets a transaction stand still
SHORTEST_WAIT = 60.0  # seconds, where GitHub refuses for a limit and names no time
PAGE = 100
MOST_PAGES = 20  # of one list; nobody administers 2,000 installations
NO_ANSWER = "GitHub does not answer at the moment."


@dataclass(frozen=True)
class Installation:
    """One installation of the App, as GitHub tells the user who may see it."""

    id: int
    account: Owner
    permissions: Mapping[str, str]
    is_suspended: bool


def ask_for_tokens(form: Mapping[str, str]) -> Mapping[str, Any]:
    """
    What `/login/oauth/access_token` answers: tokens, or with the same status 200 an `error`.

    https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
    """
    url = f"{settings.GITHUB_WEB_URL}/login/oauth/access_token"
    secrets = {
        "client_id": settings.GITHUB_CLIENT_ID,
        "client_secret": settings.GITHUB_CLIENT_SECRET,
    }
    return _json(_send("POST", url, data={**secrets, **form}))


def installation_token(installation_id: int, signed: str) -> tuple[str, datetime]:
    """
    A token of an installation, and until when it is valid: an hour.

    :param signed: the App's own JWT.
    :raises GitHubNotFound: if the App is not installed there any more.
    :raises GitHubForbidden: if the installation is suspended.
    """
    url = f"{settings.GITHUB_API_URL}/app/installations/{installation_id}/access_tokens"
    body = _json(_send("POST", url, token=signed))
    try:
        return body["token"], datetime.fromisoformat(body["expires_at"])
    except (KeyError, TypeError, ValueError) as exc:
        raise GitHubDown("GitHub's answer could not be read.") from exc


def installations(token: str) -> list[Installation]:
    """
    Those that the owner of a user token may see; the only proof that one is theirs.

    https://docs.github.com/en/rest/apps/installations#list-app-installations-accessible-to-the-user-access-token
    """
    found: list[Installation] = []
    for page in range(1, MOST_PAGES + 1):
        url = f"{settings.GITHUB_API_URL}/user/installations?per_page={PAGE}&page={page}"
        try:
            answer = _json(_send("GET", url, token=token))
            rows = [_installation(raw) for raw in answer["installations"]]
        except (KeyError, TypeError) as exc:
            raise GitHubDown("GitHub's answer could not be read.") from exc
        found += rows
        if len(rows) < PAGE:
            break
    return found


def repositories_seen(token: str, installation_id: int) -> int:
    """How many of an installation's repositories the owner of a user token may see."""
    return _total(f"/user/installations/{installation_id}/repositories", token)


def repositories_read(token: str) -> int:
    """How many an installation may read, by its own token."""
    return _total("/installation/repositories", token)


def _total(path: str, token: str) -> int:
    answer = _json(_send("GET", f"{settings.GITHUB_API_URL}{path}?per_page=1", token=token))
    if not isinstance(answer.get("total_count"), int):
        raise GitHubDown("GitHub's answer could not be read.")
    return int(answer["total_count"])


def forget(token: str) -> None:
    """
    Have GitHub revoke a token that a sign-in gave: nobody can use it any more.

    https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
    """
    client = (settings.GITHUB_CLIENT_ID, settings.GITHUB_CLIENT_SECRET)
    url = f"{settings.GITHUB_API_URL}/applications/{settings.GITHUB_CLIENT_ID}/token"
    _send("DELETE", url, auth=client, json={"access_token": token})


def _installation(raw: Mapping[str, Any]) -> Installation:
    account = raw["account"]
    is_organization = account.get("type") == "Organization"
    owner = Owner(
        login=account["login"],
        kind="organization" if is_organization else "user",
        github_id=account["id"],
        name="",
    )
    suspended = raw.get("suspended_at") is not None
    return Installation(raw["id"], owner, raw.get("permissions") or {}, suspended)


def _send(method: str, url: str, *, token: str = "", **more: Any) -> httpx.Response:
    headers = {"Accept": "application/json", "User-Agent": "Mergelight"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        response = httpx.request(method, url, headers=headers, timeout=TIMEOUT, **more)
    except httpx.RequestError as exc:
        raise GitHubDown("GitHub could not be reached.") from exc
    if response.is_success:
        return response
    path = response.request.url.path
    logger.warning("GitHub answers %s %s with %s", method, path, response.status_code)
    raise _refusal(response)


def _refusal(response: httpx.Response) -> Exception:
    wait = response.headers.get("retry-after", "")
    used_up = response.headers.get("x-ratelimit-remaining") == "0"
    match response.status_code:
        case 401:
            return GitHubTokenRejected("GitHub does not accept this sign-in.")
        case 404:
            return GitHubNotFound("GitHub does not find it.")
        case 429:
            return GitHubTooFast("GitHub wants a pause.", retry_after=_seconds(wait))
        case 403 if wait or used_up or "rate limit" in response.text:
            return GitHubTooFast("GitHub wants a pause.", retry_after=_seconds(wait))
        case status if status < 500:
            return GitHubForbidden("GitHub refuses it.")
    return GitHubDown(NO_ANSWER)


def _seconds(header: str) -> float:
    return float(header) if header.isdecimal() else SHORTEST_WAIT


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError as exc:
        raise GitHubDown("GitHub's answer could not be read.") from exc
    if not isinstance(body, dict):
        raise GitHubDown("GitHub's answer could not be read.")
    return body
