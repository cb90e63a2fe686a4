"""
GitHub's REST and sign-in routes for connecting. Raises the errors of `apps.github.api.errors` only.

No error carries what GitHub wrote: a body may hold a token. GitHub counts requests at once of REST
and GraphQL together, so both share the limits of a budget; the points of an hour it counts apart
(https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits).
"""

import logging
import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings

from apps.github.api.credentials import PlainToken, Priority, budget_of_installation
from apps.github.api.errors import (
    GitHubDown,
    GitHubError,
    GitHubForbidden,
    GitHubLimited,
    GitHubNotFound,
    GitHubRateLimited,
    GitHubTokenRejected,
    GitHubTooFast,
)
from apps.github.api.facts import Owner
from apps.github.api.limiter import PATIENCE, Slot, limiter_of
from apps.github.api.patience import ends_at, in_its_own_time, seconds_left
from apps.github.api.replies import seconds_until_reset, too_fast, used_up

logger = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds; less than a database lets a transaction stand still
SHORTEST_WAIT = 60.0  # seconds, where GitHub refuses for a limit and names no time
PAGE = 100
MOST_PAGES = 20  # of one list; nobody administers 2,000 installations
NO_ANSWER = "GitHub does not answer at the moment."
UNREADABLE = "GitHub's answer could not be read."


class InstallationSuspended(GitHubForbidden):
    """An owner has suspended the installation, and can unsuspend it."""


@dataclass(frozen=True)
class Membership:
    """What a person is in an organisation."""

    organization_id: int
    is_owner: bool  #: now, not by an invitation that waits for an answer


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

    :raises GitHubDown: for a 401 too, which is none of GitHub's answers here: it may be a proxy's.
    """
    url = f"{settings.GITHUB_WEB_URL}/login/oauth/access_token"
    secrets = {
        "client_id": settings.GITHUB_CLIENT_ID,
        "client_secret": settings.GITHUB_CLIENT_SECRET,
    }
    try:
        return _json(_send("POST", url, data={**secrets, **form}))
    except GitHubTokenRejected as exc:
        raise GitHubDown(NO_ANSWER) from exc


def installation_token(installation_id: int, signed: str) -> tuple[str, datetime]:
    """
    A token of an installation, and until when it is valid: an hour.

    :param signed: the App's own JWT.
    :raises GitHubNotFound: if the App is not installed there any more.
    :raises InstallationSuspended: if it is.
    :raises GitHubForbidden: if GitHub refuses it otherwise: its owner allows some addresses only.
    """
    url = f"{settings.GITHUB_API_URL}/app/installations/{installation_id}/access_tokens"
    budget = budget_of_installation(installation_id)
    body = _json(_send("POST", url, token=signed, budget=budget))
    try:
        return body["token"], datetime.fromisoformat(body["expires_at"])
    except (KeyError, TypeError, ValueError) as exc:
        raise GitHubDown(UNREADABLE) from exc


def installations(token: str) -> list[Installation]:
    """
    Those of which the owner of a user token may read a repository: no proof that one is theirs.

    https://docs.github.com/en/rest/apps/installations#list-app-installations-accessible-to-the-user-access-token
    """
    found: list[Installation] = []
    for page in range(1, MOST_PAGES + 1):
        url = f"{settings.GITHUB_API_URL}/user/installations?per_page={PAGE}&page={page}"
        try:
            answer = _json(_send("GET", url, token=token, budget=PlainToken(token).budget))
            rows = [_installation(raw) for raw in answer["installations"]]
        except (KeyError, TypeError) as exc:
            raise GitHubDown(UNREADABLE) from exc
        found += rows
        if len(rows) < PAGE:
            break
    return found


def installation(installation_id: int, signed: str) -> Installation:
    """
    One of the App's installations as it is now, its permissions too.

    https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app

    :param signed: the App's own JWT.
    """
    url = f"{settings.GITHUB_API_URL}/app/installations/{installation_id}"
    budget = budget_of_installation(installation_id)
    try:
        return _installation(_json(_send("GET", url, token=signed, budget=budget)))
    except (KeyError, TypeError) as exc:
        raise GitHubDown(UNREADABLE) from exc


def membership(token: str, organization: str) -> Membership:
    """
    What the owner of a user token is in an organisation, by its login.

    https://docs.github.com/en/rest/orgs/members#get-an-organization-membership-for-the-authenticated-user

    :raises GitHubNotFound: if they do not belong to it; outside collaborators do not.
    :raises GitHubForbidden: if the App was not granted to read the organisation's members.
    """
    url = f"{settings.GITHUB_API_URL}/user/memberships/orgs/{quote(organization, safe='')}"
    body = _json(_send("GET", url, token=token, budget=PlainToken(token).budget))
    try:
        is_owner = (body["state"], body["role"]) == ("active", "admin")
        return Membership(int(body["organization"]["id"]), is_owner)
    except (KeyError, TypeError, ValueError) as exc:
        raise GitHubDown(UNREADABLE) from exc


def forget(token: str) -> None:
    """
    Have GitHub revoke a token that a sign-in gave: nobody can use it any more.

    https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token
    """
    client = (settings.GITHUB_CLIENT_ID, settings.GITHUB_CLIENT_SECRET)
    url = f"{settings.GITHUB_API_URL}/applications/{settings.GITHUB_CLIENT_ID}/token"
    with in_its_own_time(TIMEOUT):  # a page that has no time left must not leave a token behind
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


def _send(
    method: str, url: str, *, token: str = "", budget: str = "", **more: Any
) -> httpx.Response:
    """:param budget: what GitHub charges it to; empty: not known, or not its API."""
    headers = {"Accept": "application/json", "User-Agent": "Mergelight"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with _turn(budget) if budget else nullcontext():
        timeout = seconds_left(TIMEOUT, ends_at())
        if not timeout:
            raise GitHubDown(NO_ANSWER)
        try:
            response = httpx.request(method, url, headers=headers, timeout=timeout, **more)
        except httpx.RequestError as exc:
            raise GitHubDown("GitHub could not be reached.") from exc
        if response.is_success:
            return response
        path = response.request.url.path
        logger.warning("GitHub answers %s %s with %s", method, path, response.status_code)
        refusal = _refusal(response)
        if isinstance(refusal, GitHubTooFast):
            raise refusal
    raise refusal  # no limit that GraphQL shares, so not told to the limiter


def _turn(budget: str) -> Slot:
    patience = seconds_left(PATIENCE, ends_at())
    return limiter_of(budget, priority=Priority.WEB).enter(patience=patience)


def _refusal(response: httpx.Response) -> GitHubError:
    if limit := _limit(response):
        return limit
    match response.status_code:
        case 401:
            return GitHubTokenRejected("GitHub does not accept this sign-in.")
        case 404:
            return GitHubNotFound("GitHub does not find it.")
        case 403 if re.search(r"\bsuspended\b", response.text):
            return InstallationSuspended("The GitHub App is suspended there.")
        case status if status < 500:
            return GitHubForbidden("GitHub refuses it.")
    return GitHubDown(NO_ANSWER)


def _limit(response: httpx.Response) -> GitHubLimited | None:
    """
    Whether a limit is meant, and until when.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    if response.status_code not in (403, 429):
        return None
    named = response.headers.get("retry-after", "")
    if named.isdecimal():
        return GitHubTooFast(too_fast(float(named)), retry_after=float(named))
    if response.headers.get("x-ratelimit-remaining") == "0":
        wait = seconds_until_reset(response.headers)
        return GitHubRateLimited(used_up(wait), retry_after=wait)
    if response.status_code == 429 or named or "rate limit" in response.text:
        pause = too_fast(SHORTEST_WAIT)
        return GitHubTooFast(pause, retry_after=SHORTEST_WAIT, is_guess=True)
    return None


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError as exc:
        raise GitHubDown(UNREADABLE) from exc
    if not isinstance(body, dict):
        raise GitHubDown(UNREADABLE)
    return body
