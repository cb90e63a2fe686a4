"""A GitHub App's own way in: tokens of an installation, minted when needed and stored nowhere."""

import time
from datetime import datetime, timedelta
from threading import Lock

import jwt
from django.conf import settings
from django.utils import timezone

from apps.github.api.credentials import budget_of_installation
from apps.github.api.errors import GitHubForbidden, GitHubNotFound, GitHubTokenRejected
from apps.github.api.rest import client as rest
from apps.github.connecting.oauth import OUR_FAULT, SiteNotAccepted

#: What the App has to be granted, by GitHub's names; each can be read, none be written.
NEEDED = ("metadata", "pull_requests", "contents", "members")

UNINSTALLED = "The GitHub App is no longer installed. Install it again: Reconnect GitHub."
SUSPENDED = (
    "The GitHub App is suspended. An owner can unsuspend it in the settings of the account at "
    "GitHub, under GitHub Apps. Reconnect GitHub after that."
)
REFUSED = (
    "GitHub refuses the GitHub App there. If the organisation lets in only some addresses, an "
    "owner has to add this server's to the list of allowed IP addresses. Reconnect GitHub then."
)
_MARGIN = timedelta(minutes=5)  # before its end, a token is not used any more
_BACK_DATED = 60  # seconds: GitHub refuses a JWT of a clock that is ahead of its own
_LASTS = 540  # seconds; GitHub takes ten minutes at most


class InstallationToken:
    """Credentials of one installation, in memory while a client lives."""

    def __init__(self, installation_id: int) -> None:
        self._id = installation_id
        self._lock = Lock()  # of many threads, one mints
        self._token = ""
        self._good_until: datetime | None = None

    def __repr__(self) -> str:
        return f"InstallationToken({self._id})"

    @property
    def budget(self) -> str:
        return budget_of_installation(self._id)

    def token(self) -> str:
        """
        :raises GitHubTokenRejected: with a sentence, if the App was uninstalled, suspended or shut
            out.
        """
        with self._lock:
            if self._good_until is None or timezone.now() >= self._good_until:
                self._mint()
            return self._token

    def renewed(self, rejected: str) -> str | None:
        with self._lock:
            if self._token == rejected:
                self._mint()
            return self._token

    def _mint(self) -> None:
        try:
            self._token, expires_at = rest.installation_token(self._id, signed_by_the_app())
        except GitHubNotFound as exc:
            raise GitHubTokenRejected(UNINSTALLED) from exc
        except rest.InstallationSuspended as exc:
            raise GitHubTokenRejected(SUSPENDED) from exc
        except GitHubForbidden as exc:
            raise GitHubTokenRejected(REFUSED) from exc
        except GitHubTokenRejected as exc:  # the App's key or number, not the installation
            raise SiteNotAccepted(OUR_FAULT) from exc
        self._good_until = expires_at - _MARGIN


def signed_by_the_app() -> str:
    """
    A JWT with which the App itself asks.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app

    :raises SiteNotAccepted: if the App's key cannot be used.
    """
    now = int(time.time())
    claims = {"iat": now - _BACK_DATED, "exp": now + _LASTS, "iss": settings.GITHUB_APP_ID}
    try:
        return jwt.encode(claims, settings.GITHUB_APP_PRIVATE_KEY, algorithm="RS256")
    except (jwt.PyJWTError, ValueError, TypeError) as exc:
        raise SiteNotAccepted(OUR_FAULT) from exc


def missing_permissions(granted: str) -> tuple[str, ...]:
    """
    What the App has not been granted.

    :param granted: as `granted_permissions` writes them.
    """
    return tuple(name for name in NEEDED if name not in granted.split())


def granted_permissions(installation: rest.Installation) -> str:
    """
    Names of what may be read. A personal account has no members, so nothing is missing there.
    """
    given = [name for name in NEEDED if installation.permissions.get(name)]
    if installation.account.kind == "user" and "members" not in given:
        given.append("members")
    return " ".join(given)
