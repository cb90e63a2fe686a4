"""What one reply of GitHub means: an answer, or one of the errors. Knows no network."""

import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from apps.github.api.errors import (
    GitHubElsewhere,
    GitHubError,
    GitHubForbidden,
    GitHubNotFound,
    GitHubQueryRejected,
    GitHubRateLimited,
    GitHubSsoRequired,
    GitHubTimeout,
    GitHubTokenRejected,
    GitHubTooFast,
    GitHubUnavailable,
)

GIVEN_UP = re.compile(r"something went wrong|respond to your request in time|timed ?out", re.I)
TOO_FAST = re.compile(r"secondary rate limit|abuse detection", re.I)
USED_UP = re.compile(r"rate limit (already )?exceeded", re.I)
GATEWAY_STATUSES = frozenset({502, 503, 504})
#: GraphQL says in the answer what it does not know: these statuses are of a wrong address.
NO_API = frozenset({301, 302, 307, 308, 404, 405, 410})

DEFAULT_WAIT = 60.0  # seconds; GitHub's own advice where it names no time
# A reset in the past, missing or far away (clocks differ): wait a bounded time, then ask once.
SHORTEST_RESET, LONGEST_WAIT = 10.0, 65 * 60.0  # seconds
SHORT_WAIT = 60.0  # seconds

RECONNECT = "GitHub no longer accepts the token. Reconnect GitHub with a new one."


@dataclass(frozen=True)
class Reply:
    """An HTTP reply as far as it matters; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Problem:
    """One entry of `errors`; `path` is empty where GitHub names none."""

    kind: str
    message: str
    path: tuple[str | int, ...]
    is_sso: bool

    def concerns(self, path: tuple[str | int, ...]) -> bool:
        """Whether it lies at, above or below `path`."""
        shared = min(len(path), len(self.path))
        return self.path[:shared] == path[:shared]


@dataclass(frozen=True)
class Answer:
    """The data of one GraphQL answer, and what GitHub could not give of it."""

    data: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    sso_link: str = ""

    def at(self, *path: str) -> Any:
        """
        What lies at `path`.

        :raises GitHubError: where nothing does: of the type of the problem that explains it, or
            `GitHubNotFound` where none does.
        """
        value: Any = self.data
        for name in path:
            value = value.get(name) if value is not None else None
        if value is None:
            problems = self.problems_at(*path)
            raise error_of(problems, self.sso_link) if problems else GitHubNotFound(NOT_FOUND)
        return value

    def problems_at(self, *path: str | int) -> tuple[Problem, ...]:
        """The problems at, above or below `path`: empty means that what is there is complete."""
        return tuple(problem for problem in self.problems if problem.concerns(path))

    def gave_up_at(self, *path: str | int) -> bool:
        """Whether GitHub gave up on something there: asked again, it may give it."""
        return any(_type_of(problem) is GitHubTimeout for problem in self.problems_at(*path))


def read(reply: Reply) -> Answer:
    """
    The answer in a reply to a GraphQL query.

    An answer with `problems` is partial: it is for the caller to know which parts it can use.

    :raises GitHubError: if there is no answer in it.
    """
    body = _body(reply)
    message = str(body.get("message") or "")
    problems = tuple(_problem(entry) for entry in body.get("errors") or ())
    _raise_for_limit(reply, message, problems)
    if reply.status >= 300:
        raise _error_of_status(reply, message, problems)
    data = body.get("data")
    if data is None and problems:
        raise error_of(problems, _sso_link(reply))
    if not isinstance(data, dict):
        raise GitHubUnavailable("GitHub sent an empty answer.")
    return Answer(data=data, problems=problems, sso_link=_sso_link(reply))


def error_of(problems: Iterable[Problem], sso_link: str = "") -> GitHubError:
    """The error that a caller raises for these problems; the gravest first."""
    found = {_type_of(problem): problem for problem in problems}
    for kind in (GitHubSsoRequired, GitHubForbidden, GitHubNotFound, GitHubTimeout):
        if kind in found:
            return _with_sentence(kind, found[kind], sso_link)
    return GitHubQueryRejected("; ".join(problem.message for problem in found.values()))


NOT_FOUND = (
    "GitHub does not know it, or does not show it to this connection."
    " Check the name, and what the connection may read."
)
SSO = "The organisation wants the connection authorised for single sign-on."
SSO_WHERE = (
    "Whoever connected GitHub can do that: in GitHub's settings, beside the token, or by signing in"
    " again."
)
NO_WHOLE_ANSWER = "GitHub's answer was cut short, or something on the way has replaced it."
ELSEWHERE = (
    "No GitHub answers at the address that is set up (status {})."
    " Whoever runs this server can correct GITHUB_GRAPHQL_URL."
)
BLOCKED = "GitHub has blocked it for legal reasons. Choose other repositories."


def _type_of(problem: Problem) -> type[GitHubError]:
    if problem.is_sso:
        return GitHubSsoRequired
    if problem.kind in ("FORBIDDEN", "INSUFFICIENT_SCOPES"):
        return GitHubForbidden
    if problem.kind == "NOT_FOUND":
        return GitHubNotFound
    if problem.kind == "RESOURCE_LIMITS_EXCEEDED" or GIVEN_UP.search(problem.message):
        return GitHubTimeout
    return GitHubQueryRejected


def _with_sentence(kind: type[GitHubError], problem: Problem, sso_link: str) -> GitHubError:
    sentences = {
        GitHubSsoRequired: _sso(sso_link),
        GitHubForbidden: _refusal(problem.message),
        GitHubNotFound: NOT_FOUND,
        GitHubTimeout: "GitHub took too long to answer.",
    }
    return kind(sentences[kind])


def _sso(link: str) -> str:
    return f"{SSO} {f'Do that at {link}' if link else SSO_WHERE}"


def _refusal(message: str) -> str:
    """GitHub's own words, because they say what is missing."""
    said = message[:200].strip().rstrip(".")
    return f"GitHub refuses access: {said}. Connect with more rights, or ask an owner to allow it."


def _body(reply: Reply) -> dict[str, Any]:
    try:
        body = json.loads(reply.text)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    if reply.status < 300:  # a gateway's page with status 200, or an answer cut short
        raise GitHubTimeout(NO_WHOLE_ANSWER)
    return {"message": reply.text[:300]}


def _problem(entry: Mapping[str, Any]) -> Problem:
    return Problem(
        kind=str(entry.get("type") or ""),
        message=str(entry.get("message") or ""),
        path=tuple(entry.get("path") or ()),
        is_sso=bool((entry.get("extensions") or {}).get("saml_failure")),
    )


def _raise_for_limit(reply: Reply, message: str, problems: tuple[Problem, ...]) -> None:
    texts = [message, *(problem.message for problem in problems)]
    refused = reply.status in (403, 429)
    if any(TOO_FAST.search(text) for text in texts):
        raise _too_fast(reply)
    if any(problem.kind in ("RATE_LIMIT", "RATE_LIMITED") for problem in problems) or (
        refused and any(USED_UP.search(text) for text in texts)
    ):
        wait = seconds_until_reset(reply.headers)
        raise GitHubRateLimited(used_up(wait), retry_after=wait)
    if reply.status == 429 or (refused and "retry-after" in reply.headers):
        raise _too_fast(reply)


def _too_fast(reply: Reply) -> GitHubTooFast:
    named, is_guess = reply.headers.get("retry-after", ""), False
    if named.isdigit():
        wait = min(max(float(named), 1.0), LONGEST_WAIT)
    elif reply.headers.get("x-ratelimit-remaining") == "0":
        wait = seconds_until_reset(reply.headers)
    else:
        wait = DEFAULT_WAIT
        is_guess = True
    return GitHubTooFast(too_fast(wait), retry_after=wait, is_guess=is_guess)


def seconds_until_reset(headers: Mapping[str, str]) -> float:
    """
    How long until the points come back, by GitHub's own clock where it sent it.

    Between 10 seconds and 65 minutes, whatever the header says.
    """
    reset = headers.get("x-ratelimit-reset", "")
    if not reset.isdigit():
        return DEFAULT_WAIT
    try:
        now = parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        now = time.time()
    return min(max(float(reset) - now, SHORTEST_RESET), LONGEST_WAIT)


def used_up(wait: float) -> str:
    """The sentence about the hour's points."""
    return f"This hour's requests to GitHub are used up. {allows_more(wait)}"


def allows_more(wait: float) -> str:
    return f"GitHub allows more requests at {clock(wait)}."


def too_fast(wait: float) -> str:
    """The sentence about the secondary limit."""
    return f"Much was asked in a short time: GitHub asks for a pause until {clock(wait)}."


def clock(wait: float) -> str:
    """When that will be, as sentences name it: the minute that has begun by then, or the next."""
    then = datetime.fromtimestamp(time.time() + wait, UTC)
    if then.second:
        then += timedelta(minutes=1)
    return f"{then:%H:%M} UTC" + (", in less than a minute" if wait < SHORT_WAIT else "")


def _error_of_status(reply: Reply, message: str, problems: tuple[Problem, ...]) -> GitHubError:
    status = reply.status
    if status == 401:
        return GitHubTokenRejected(RECONNECT)
    if status in GATEWAY_STATUSES:
        return GitHubTimeout(f"GitHub has trouble answering (status {status}).")
    if status >= 500:
        return GitHubUnavailable(f"GitHub has trouble (status {status}).")
    if status == 403 and _sso_link(reply):
        return GitHubSsoRequired(_sso(_sso_link(reply)))
    if status == 403:
        return GitHubForbidden(_refusal(message))
    if status == 451:
        return GitHubForbidden(BLOCKED)
    if status in NO_API:
        return GitHubElsewhere(ELSEWHERE.format(status))
    return GitHubQueryRejected(f"status {status}: {message or problems}")


def _sso_link(reply: Reply) -> str:
    _, _, link = reply.headers.get("x-github-sso", "").partition("url=")
    return link
