"""
Jira Cloud over HTTP: tokens, sites, projects, issues. Raises the errors of `apps.jira.errors` only.

No error carries what Jira wrote: a body may hold a token, or what strangers have written.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self
from urllib.parse import quote

import httpx
from django.conf import settings

from apps.github.api.patience import ends_at, seconds_left
from apps.jira import payloads
from apps.jira.errors import (
    JiraDown,
    JiraError,
    JiraForbidden,
    JiraLimited,
    JiraNotFound,
    JiraQueryRejected,
    JiraRefused,
)
from apps.jira.payloads import FIELDS, Issue, IssuePage, Project, Site

logger = logging.getLogger(__name__)

PROJECTS_A_PAGE = 50
MOST_PROJECTS = 500  # that are listed; a search finds the others
KEYS_AT_ONCE = 100  # that Jira takes in one look-up
SHORTEST_WAIT = 60.0  # seconds, where Jira refuses for a limit and names no time
LONGEST_WAIT = 3600.0  # whatever it names
NO_ANSWER = "Jira does not answer at the moment."
UNREADABLE = "Jira's answer could not be read."
REFUSED = "Jira no longer accepts the connection. Connect Jira again."
FORBIDDEN = (
    "Jira refuses what Mergelight asks: whoever connected it may not use this Jira any more, or an "
    "administrator has blocked the app. Connect Jira again with an account that may read it."
)

#: The token to show; told the one that Jira has just refused, another one or the same.
Credentials = Callable[[str], str]


def ask_for_tokens(form: Mapping[str, str]) -> Mapping[str, Any]:
    """
    What `/oauth/token` answers: tokens, or an `error`.

    https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/

    :raises JiraDown: for anything that is not Atlassian's way to say yes or no.
    """
    secrets = {
        "client_id": settings.JIRA_CLIENT_ID,
        "client_secret": settings.JIRA_CLIENT_SECRET,
    }
    response = _sent(
        "POST", f"{settings.JIRA_AUTH_URL}/oauth/token", json={**secrets, **form}, token=""
    )
    if limit := _limit(response):
        raise limit
    body = _json(response)
    if response.is_success or (response.status_code < 500 and isinstance(body.get("error"), str)):
        return body
    raise JiraDown(NO_ANSWER)


def sites(token: str) -> list[Site]:
    """The Jiras that a sign-in may read."""
    response = _sent(
        "GET", f"{settings.JIRA_API_URL}/oauth/token/accessible-resources", token=token
    )
    if not response.is_success:
        raise _refusal(response)
    try:
        return payloads.sites(response.json())
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise JiraDown(UNREADABLE) from exc


def forget(token: str) -> None:
    """
    Have Atlassian revoke a refresh token, and with it what was granted.

    The address is named by its discovery document, and not by its guide for apps: it may say no.
    """
    form = {
        "client_id": settings.JIRA_CLIENT_ID,
        "client_secret": settings.JIRA_CLIENT_SECRET,
        "token": token,
    }
    response = _sent("POST", f"{settings.JIRA_AUTH_URL}/oauth/revoke", json=form, token="")
    if not response.is_success:
        raise _refusal(response)


class JiraClient:
    """One site, read with one connection; a context manager, which closes its connections."""

    def __init__(self, cloud_id: str, credentials: Credentials) -> None:
        self._base = f"{settings.JIRA_API_URL}/ex/jira/{quote(cloud_id, safe='')}/rest/api/3"
        self._credentials = credentials
        self._http = httpx.Client()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def projects(self, query: str = "") -> list[Project]:
        """By key, the first `MOST_PROJECTS` whose key or name holds `query`."""
        found: list[Project] = []
        while len(found) < MOST_PROJECTS:
            asked = {
                "startAt": str(len(found)),
                "maxResults": str(PROJECTS_A_PAGE),
                "orderBy": "key",
                **({"query": query} if query else {}),
            }
            body = self._asked("GET", "project/search", params=asked)
            try:
                rows = [payloads.project(row) for row in body["values"]]
            except (KeyError, TypeError, ValueError) as exc:
                raise JiraDown(UNREADABLE) from exc
            found += rows
            if body.get("isLast", True) or not rows:
                break
        return found[:MOST_PROJECTS]

    def project(self, jira_id: str) -> Project:
        """:raises JiraNotFound: if it is gone."""
        body = self._asked("GET", f"project/{jira_id}")
        try:
            return payloads.project(body)
        except (KeyError, TypeError, ValueError) as exc:
            raise JiraDown(UNREADABLE) from exc

    def issues(self, project_id: str, *, minutes: int, page_token: str = "") -> IssuePage:
        """
        Those that were changed in the last so many minutes, the longest ago first.

        A moment in JQL is meant in the time zone of whoever asks, which needs another scope to
        learn; minutes from now are the same everywhere.

        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/#api-rest-api-3-search-jql-post

        :raises JiraQueryRejected: if the project is gone.
        """
        question: dict[str, Any] = {
            "jql": f"project = {project_id} AND updated >= -{minutes}m ORDER BY updated ASC",
            "fields": list(FIELDS),
            "maxResults": settings.JIRA_PAGE_SIZE,
        }
        if page_token:
            question["nextPageToken"] = page_token
        body = self._asked("POST", "search/jql", json=question)
        try:
            return payloads.issue_page(body)
        except (KeyError, TypeError, ValueError) as exc:
            raise JiraDown(UNREADABLE) from exc

    def look_up(self, keys: Sequence[str]) -> list[Issue]:
        """
        Issues by their keys; those that are not there, or not to be seen, are left out.

        One that was moved comes with the key that it has now.

        :param keys: `KEYS_AT_ONCE` at most.
        """
        question = {"issueIdsOrKeys": list(keys), "fields": list(FIELDS)}
        body = self._asked("POST", "issue/bulkfetch", json=question)
        try:
            return [payloads.issue(row) for row in body["issues"]]
        except (KeyError, TypeError, ValueError) as exc:
            raise JiraDown(UNREADABLE) from exc

    def issue(self, key: str) -> Issue:
        """:raises JiraNotFound: if it is not there, or not to be seen."""
        body = self._asked("GET", f"issue/{key}", params={"fields": ",".join(FIELDS)})
        try:
            return payloads.issue(body)
        except (KeyError, TypeError, ValueError) as exc:
            raise JiraDown(UNREADABLE) from exc

    def _asked(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        """A token that is refused is renewed once: it may have ended early."""
        token = self._credentials("")
        response = self._send(method, path, token, **more)
        if response.status_code == 401 and (another := self._credentials(token)) != token:
            response = self._send(method, path, another, **more)
        if not response.is_success:
            logger.warning("Jira answers %s %s with %s", method, path, response.status_code)
            raise _refusal(response)
        return _json(response)

    def _send(self, method: str, path: str, token: str, **more: Any) -> httpx.Response:
        return _sent(method, f"{self._base}/{path}", token=token, http=self._http, **more)


def _sent(
    method: str, url: str, *, token: str, http: httpx.Client | None = None, **more: Any
) -> httpx.Response:
    headers = {"Accept": "application/json", "User-Agent": "Mergelight"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    timeout = seconds_left(settings.JIRA_TIMEOUT, ends_at())
    if not timeout:
        raise JiraDown(NO_ANSWER)
    ask = http.request if http else httpx.request
    try:
        return ask(method, url, headers=headers, timeout=timeout, **more)
    except httpx.RequestError as exc:
        raise JiraDown("Jira could not be reached.") from exc


def _refusal(response: httpx.Response) -> JiraError:
    if limit := _limit(response):
        return limit
    match response.status_code:
        case 401:
            return JiraRefused(REFUSED)
        case 403:
            return JiraForbidden(FORBIDDEN)
        case 404 | 410:
            return JiraNotFound("Jira does not find it.")
        case status if status < 500:
            return JiraQueryRejected("Jira does not take the question.")
    return JiraDown(NO_ANSWER)


def _limit(response: httpx.Response) -> JiraLimited | None:
    """
    Whether a limit is meant, and for how long; some errors of Jira's own name a time as well.

    https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
    """
    named = response.headers.get("retry-after", "")
    is_named = re.fullmatch(r"\d{1,6}", named) is not None
    if response.status_code != 429 and not (response.status_code == 503 and is_named):
        return None
    wait = min(float(named), LONGEST_WAIT) if is_named else SHORTEST_WAIT
    minutes = max(1, round(wait / 60))
    unit = "minute" if minutes == 1 else "minutes"
    sentence = f"Jira allows no more requests for about {minutes} {unit}."
    return JiraLimited(sentence, retry_after=max(wait, 1.0))


def _json(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError as exc:
        raise JiraDown(UNREADABLE) from exc
    if not isinstance(body, dict):
        raise JiraDown(UNREADABLE)
    return body
