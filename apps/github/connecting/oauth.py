"""Signing in at GitHub: the authorization code with PKCE, for an OAuth app or a GitHub App."""

import hashlib
import logging
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from apps.core.errors import PermanentError
from apps.github.api.errors import GitHubDown, GitHubError, GitHubTokenRejected
from apps.github.api.patience import in_its_own_time
from apps.github.api.rest import client as rest
from apps.github.connecting.ways import has_app

logger = logging.getLogger(__name__)

#: Of an OAuth app. Nothing less reads private pull requests, although `repo` could also write;
#: a GitHub App has its permissions instead, and asks for no scope.
SCOPES = ("repo", "read:org")
#: GitHub leaves a scope out that another one includes.
_INCLUDED_IN = {"read:org": {"read:org", "write:org", "admin:org"}, "repo": {"repo"}}

ENDED = "The sign-in at GitHub has ended. Reconnect GitHub."
NOT_CONFIRMED = "GitHub has not confirmed the sign-in. Please begin again."
OUR_FAULT = (
    "GitHub does not know this site: its client id, secret or callback address is wrong. "
    "Whoever runs this site has to correct it."
)
#: Of these alone it is known that the refresh token will never work again.
_ENDINGS = {"bad_refresh_token", "invalid_grant"}
_OUR_FAULTS = {"incorrect_client_credentials", "redirect_uri_mismatch", "application_suspended"}


class SiteNotAccepted(GitHubError, PermanentError):
    """GitHub refuses this site, not the person."""


@dataclass(frozen=True)
class Grant:
    """What a sign-in gave us."""

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)  #: works once; empty for tokens that do not expire
    expires_at: datetime | None
    scopes: str  #: granted, as GitHub names them; empty for a GitHub App


def scopes_wanted() -> tuple[str, ...]:
    return () if has_app() else SCOPES


def missing_scopes(granted: str) -> tuple[str, ...]:
    """Of those that are asked for; a person may have granted fewer."""
    given = set(granted.replace(",", " ").split())
    return tuple(scope for scope in scopes_wanted() if not given & _INCLUDED_IN[scope])


def authorize_url(*, state: str, verifier: str, redirect_uri: str) -> str:
    """Where the person is asked. Says as little as possible, and never the verifier itself."""
    asked = {
        "client_id": settings.GITHUB_CLIENT_ID,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    if scopes := scopes_wanted():
        asked["scope"] = " ".join(scopes)
    return f"{settings.GITHUB_WEB_URL}/login/oauth/authorize?{urlencode(asked)}"


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def exchange(code: str, *, verifier: str, redirect_uri: str) -> Grant:
    """
    The tokens for a code that GitHub sent the person back with.

    :raises GitHubTokenRejected: for a code that is wrong, too old or used, or another verifier.
    """
    answer = _asked({"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri})
    if "error" in answer:
        raise GitHubTokenRejected(NOT_CONFIRMED)
    return _grant(answer)


def refreshed(refresh_token: str) -> Grant:
    """
    The next pair of tokens; the old one no longer works.

    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens

    :raises GitHubTokenRejected: if the refresh token was used, is too old, or was revoked.
    :raises GitHubDown: for an error that we do not know: it may pass.
    """
    with in_its_own_time(rest.TIMEOUT):  # an answer that is not read is lost
        answer = _asked({"grant_type": "refresh_token", "refresh_token": refresh_token})
    if answer.get("error") in _ENDINGS:
        raise GitHubTokenRejected(ENDED)
    if "error" in answer:
        raise GitHubDown(rest.NO_ANSWER)
    return _grant(answer)


def revoke(token: str) -> None:
    """Have GitHub forget a token; if it cannot be asked, that is only logged."""
    try:
        rest.forget(token)
    except GitHubError as exc:
        logger.warning("a token could not be revoked: %s", exc)


def _asked(form: Mapping[str, str]) -> Mapping[str, Any]:
    answer = rest.ask_for_tokens(form)
    if error := answer.get("error"):
        logger.warning("GitHub refuses tokens: %s", error)
        if error in _OUR_FAULTS:
            raise SiteNotAccepted(OUR_FAULT)
    return answer


def _grant(answer: Mapping[str, Any]) -> Grant:
    try:
        return Grant(
            token=str(answer["access_token"]),
            refresh_token=str(answer.get("refresh_token") or ""),
            expires_at=_moment(answer.get("expires_in")),
            scopes=str(answer.get("scope") or ""),
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise GitHubDown(rest.UNREADABLE) from exc


def _moment(seconds: Any) -> datetime | None:
    return timezone.now() + timedelta(seconds=int(seconds)) if seconds else None
