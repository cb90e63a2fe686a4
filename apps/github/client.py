"""The GraphQL client: knows HTTP and no rows. Raises the errors of `apps.github.errors` only."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import httpx
from django.conf import settings

from apps.github.credentials import Credentials, PlainToken, Priority
from apps.github.errors import (
    GitHubAccessRefused,
    GitHubDown,
    GitHubError,
    GitHubLimited,
    GitHubTimeout,
    GitHubTokenRejected,
    GitHubUnavailable,
)
from apps.github.queries import VIEWER
from apps.github.replies import Answer, Reply, read

LONGEST_PAUSE = 5.0  # seconds a call may sleep in its thread; longer waits belong to the pipeline

REFUSED = "It refuses everything to this token. Reconnect GitHub."


class GitHubClient:
    """
    One way to GitHub. Safe to use from several threads at once.

    Close it, or use it in a `with` block.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        url: str,
        timeout: float,
        priority: Priority = Priority.WEB,
        max_retries: int = 0,
        retry_delay: float = 0.5,
        at_once: int = 8,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._token = _plausible(credentials.token())
        self._credentials = credentials
        self._priority = priority
        self._url = url
        self._max_retries = max_retries
        self._retry_delay = retry_delay
        self._sleep = sleep
        self._at_once = at_once
        self._closed_until = 0.0  # while GitHub wants a pause, no thread asks
        self._http = httpx.Client(
            timeout=timeout,
            limits=httpx.Limits(max_connections=at_once + 1),
            headers={
                "Accept": "application/vnd.github+json",
                "User-Agent": "Mergelight",
                "X-Github-Next-Global-ID": "1",  # ids of one form, whatever the account's age
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def at_once(self) -> int:
        """How many requests may be under way now; it changes, so ask before each."""
        return self._at_once

    def query(
        self, document: str, variables: Mapping[str, Any] | None = None, *, patient: bool = True
    ) -> Answer:
        """
        Ask, and ask again after short pauses where that can help; at most `max_retries` times.

        :param patient: False: raise `GitHubTimeout` at once, because the caller will ask for less.
        """
        tries = 0
        while True:
            self._sleep(min(max(self._closed_until - time.monotonic(), 0.0), LONGEST_PAUSE))
            try:
                return self._ask(document, variables or {})
            except GitHubError as exc:
                pause = self._pause_after(exc, tries, patient=patient)
                if pause is None:
                    raise
            tries += 1
            self._sleep(pause)

    def make_sure_it_answers(self) -> None:
        """
        Ask a trivial question, to tell what is wrong with a question from what is wrong with all.

        :raises GitHubDown: if not even that is answered.
        :raises GitHubTokenRejected: if even that is refused.
        """
        try:
            self.query(VIEWER)
        except GitHubTimeout as exc:
            raise GitHubDown("GitHub does not answer at the moment.") from exc
        except GitHubUnavailable as exc:
            raise GitHubDown(str(exc)) from exc
        except GitHubAccessRefused as exc:
            raise GitHubTokenRejected(f"{exc} {REFUSED}") from exc

    @contextmanager
    def witnessed(self) -> Iterator[None]:
        """
        Around questions: one that fails or is refused passes only while GitHub answers another.

        :raises GitHubDown, GitHubTokenRejected: as `make_sure_it_answers`.
        """
        try:
            yield
        except GitHubDown:
            raise
        except (GitHubTimeout, GitHubUnavailable, GitHubAccessRefused):
            self.make_sure_it_answers()
            raise

    def _ask(self, document: str, variables: Mapping[str, Any]) -> Answer:
        try:
            response = self._http.post(
                self._url,
                json={"query": document, "variables": variables},
                headers={"Authorization": f"Bearer {self._token}"},
            )
        except (httpx.ReadTimeout, httpx.WriteTimeout) as exc:
            raise GitHubTimeout("GitHub took too long to answer.") from exc
        except httpx.RequestError as exc:
            raise GitHubUnavailable("GitHub could not be reached.") from exc
        headers = {name.lower(): value for name, value in response.headers.items()}
        return read(Reply(response.status_code, headers, response.text))

    def _pause_after(self, exc: GitHubError, tries: int, *, patient: bool) -> float | None:
        """Seconds until the same question may be asked again; None: not in this call."""
        if tries >= self._max_retries:
            return None
        if isinstance(exc, GitHubLimited):
            wait = exc.retry_after or 0.0
            if wait > LONGEST_PAUSE:
                return None
            self._closed_until = time.monotonic() + wait
            return 0.0
        if isinstance(exc, GitHubUnavailable) or (isinstance(exc, GitHubTimeout) and patient):
            return min(self._retry_delay * 2.0**tries, LONGEST_PAUSE)
        return None


def open_client(
    credentials: Credentials | str, *, priority: Priority = Priority.WEB
) -> GitHubClient:
    """
    The client that the settings describe.

    :param credentials: or a token alone.
    :raises GitHubTokenRejected: for what can be no token.
    """
    config = settings.HISTORICAL_SYNC_CONFIG
    return GitHubClient(
        PlainToken(credentials) if isinstance(credentials, str) else credentials,
        url=settings.GITHUB_GRAPHQL_URL,
        timeout=settings.GITHUB_TIMEOUT,
        priority=priority,
        max_retries=config["max_retries"],
        retry_delay=config["retry_delay_seconds"],
        at_once=config["github_parallel"],
    )


def _plausible(token: str) -> str:
    """:raises GitHubTokenRejected: here, because the HTTP library would quote it in its message."""
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        raise GitHubTokenRejected("This is not a GitHub token. Paste the whole token.")
    return token
