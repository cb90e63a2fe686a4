"""The GraphQL client: knows HTTP and no rows. Raises only what `errors` of this folder has."""

import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import httpx
from django.conf import settings

from apps.github.api.credentials import Credentials, PlainToken, Priority
from apps.github.api.errors import (
    GitHubAccessRefused,
    GitHubDown,
    GitHubElsewhere,
    GitHubError,
    GitHubLimited,
    GitHubTimeout,
    GitHubTokenRejected,
    GitHubUnavailable,
)
from apps.github.api.limiter import LONGEST_PAUSE, PATIENCE, Limiter, Slot, limiter_of
from apps.github.api.patience import ends_at, seconds_left
from apps.github.api.queries import VIEWER
from apps.github.api.replies import Answer, Reply, read

logger = logging.getLogger(__name__)

REFUSED = "It refuses everything to this connection. Reconnect GitHub."
UNREACHABLE = "GitHub could not be reached."
TOO_LONG = "GitHub took too long to answer."
UNTRUSTED = (
    "GitHub could not be reached: this server does not trust its certificate."
    " Whoever runs this server can name its authority in SSL_CERT_FILE."
)


class GitHubClient:
    """
    One way to GitHub. Safe to use from several threads at once.

    Close it, or use it in a `with` block. One that is opened within `patience.at_most` ends then.

    :param limiter: None: as somebody who waits for a page.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        url: str,
        timeout: float,
        limiter: Limiter | None = None,
        most_at_once: int = 100,
        max_retries: int = 0,
        retry_delay: float = 0.5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        _plausible(credentials.token())
        self._credentials = credentials
        self._url = url
        self._limiter = limiter or limiter_of(credentials.budget, priority=Priority.WEB)
        self._max_retries = max_retries
        self._retry_delay = retry_delay
        self._sleep = sleep
        self._timeout = timeout
        self._ends_at = ends_at()
        self._renewing = threading.Lock()
        self._rejection = ""  # once GitHub has closed the token out, nothing more is asked
        self._http = httpx.Client(
            timeout=timeout,
            limits=httpx.Limits(max_connections=most_at_once),
            headers={
                "Accept": "application/vnd.github+json",
                "User-Agent": "Mergelight",
                "X-Github-Next-Global-ID": "1",  # ids of one form, whatever the account's age
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait_no_more()
        self._http.close()

    def wait_no_more(self) -> None:
        """What waits for its turn gives up, in any thread; what is under way goes on."""
        self._limiter.wait_no_more()

    def at_once(self) -> int:
        """How many requests may be under way now; it changes, so ask before each."""
        return self._limiter.at_once()

    def query(
        self, document: str, variables: Mapping[str, Any] | None = None, *, patient: bool = True
    ) -> Answer:
        """
        Ask, and ask again after short pauses where that can help; at most `max_retries` times.

        :param patient: False: raise `GitHubTimeout` at once, because the caller will ask for less.
        """
        token, is_renewed, tries = self._token(), False, 0
        while True:
            slot = self._limiter.enter(patience=seconds_left(PATIENCE, self._ends_at))
            try:
                with slot:
                    return self._ask(slot, token, document, variables or {})
            except GitHubTokenRejected as exc:
                if is_renewed:
                    self._rejection = str(exc)
                    raise
                token, is_renewed, pause = self._renewed(token, exc), True, 0.0
            except GitHubError as exc:
                patience = self._pause_after(exc, tries, patient=patient)
                if patience is None:
                    raise
                pause = patience
                tries += 1
            self._sleep(pause)

    def make_sure_it_answers(self) -> None:
        """
        Ask a trivial question, to tell what is wrong with a question from what is wrong with all.

        :raises GitHubDown: if not even that is answered.
        :raises GitHubTokenRejected: if even that is refused.
        :raises GitHubElsewhere: if it is not GitHub that answers.
        """
        try:
            self.query(VIEWER)
        except GitHubElsewhere:
            raise
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

    def _ask(self, slot: Slot, token: str, document: str, variables: Mapping[str, Any]) -> Answer:
        if self._rejection:
            raise GitHubTokenRejected(self._rejection)
        timeout = seconds_left(self._timeout, self._ends_at)
        if not timeout:
            raise GitHubTimeout(TOO_LONG)
        try:
            response = self._http.post(
                self._url,
                json={"query": document, "variables": variables},
                headers={"Authorization": f"Bearer {token}"},
                timeout=timeout,
            )
        except (httpx.ReadTimeout, httpx.WriteTimeout) as exc:
            raise GitHubTimeout(TOO_LONG) from exc
        except httpx.RequestError as exc:
            raise _unreachable(exc) from exc
        slot.headers = {name.lower(): value for name, value in response.headers.items()}
        return read(Reply(response.status_code, slot.headers, response.text))

    def _token(self) -> str:
        if self._rejection:
            raise GitHubTokenRejected(self._rejection)
        return _plausible(self._credentials.token())

    def _renewed(self, rejected: str, rejection: GitHubTokenRejected) -> str:
        """
        Another token: that which another thread has got meanwhile, or a new one.

        :raises GitHubTokenRejected: where there is none; from now on every question raises it.
        """
        with self._renewing:
            token = self._token()
            renewed = token if token != rejected else self._credentials.renewed(rejected)
            if renewed is None:
                self._rejection = str(rejection)
                raise rejection
            return _plausible(renewed)

    def _pause_after(self, exc: GitHubError, tries: int, *, patient: bool) -> float | None:
        """Seconds until the same question may be asked again; None: not in this call."""
        if tries >= self._max_retries or not seconds_left(LONGEST_PAUSE, self._ends_at):
            return None
        if isinstance(exc, GitHubLimited):  # the limiter lets nobody in until it is over
            return 0.0 if (exc.retry_after or 0.0) <= LONGEST_PAUSE else None
        if isinstance(exc, GitHubUnavailable) or (isinstance(exc, GitHubTimeout) and patient):
            return min(self._retry_delay * 2.0**tries, LONGEST_PAUSE)
        return None


def open_client(
    credentials: Credentials | str, *, priority: Priority = Priority.WEB, holder: str = ""
) -> GitHubClient:
    """
    The client that the settings describe.

    :param credentials: or a token alone.
    :param holder: see `Limiter`.
    :raises GitHubTokenRejected: for what can be no token.
    """
    config = settings.HISTORICAL_SYNC_CONFIG
    if isinstance(credentials, str):
        credentials = PlainToken(credentials)
    return GitHubClient(
        credentials,
        url=settings.GITHUB_GRAPHQL_URL,
        timeout=settings.GITHUB_TIMEOUT,
        limiter=limiter_of(credentials.budget, priority=priority, holder=holder),
        max_retries=config["max_retries"],
        retry_delay=config["retry_delay_seconds"],
    )


def _unreachable(exc: httpx.RequestError) -> GitHubUnavailable:
    logger.warning("no connection to GitHub: %s", exc)
    wrapped = exc.__cause__  # httpcore's, which wraps the socket's
    cause = wrapped.__context__ if wrapped else None
    is_of_tls = isinstance(cause, ssl.SSLCertVerificationError)
    return GitHubUnavailable(UNTRUSTED if is_of_tls else UNREACHABLE)


def _plausible(token: str) -> str:
    """:raises GitHubTokenRejected: here, because the HTTP library would quote it in its message."""
    if not token.isascii() or not token.isprintable() or " " in token or not token:
        raise GitHubTokenRejected("This is not a GitHub token. Paste the whole token.")
    return token
