"""Signing in at Atlassian: the authorization code (3LO), and refresh tokens that work once."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from apps.core.errors import PermanentError
from apps.github.api.patience import in_its_own_time
from apps.jira import client
from apps.jira.errors import JiraDown, JiraError, JiraRefused

logger = logging.getLogger(__name__)

#: Projects and issues, read only; and that we may come back without the person. Who people are at
#: Jira is not asked (`read:jira-user`).
SCOPES = ("read:jira-work", "offline_access")
AUDIENCE = "api.atlassian.com"  # the name of what is asked for, wherever that is

ENDED = "The sign-in at Atlassian has ended. Connect Jira again."
NOT_CONFIRMED = "Atlassian has not confirmed the sign-in. Please begin again."
OUR_FAULT = (
    "Atlassian does not know this site: its client id, secret or callback address is wrong. "
    "Whoever runs this site has to correct it."
)
NOT_LASTING = "Atlassian gave no lasting access. Please begin again, and agree to all of it."
#: Of these it is known that the code or the refresh token will never work again.
_ENDINGS = {"invalid_grant", "unauthorized_client"}
_OUR_FAULTS = {"access_denied", "invalid_client", "invalid_request"}


class SiteNotAccepted(JiraError, PermanentError):
    """Atlassian refuses this site, not the person."""


@dataclass(frozen=True)
class Grant:
    """What a sign-in gave us."""

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scopes: str


def is_configured() -> bool:
    return bool(settings.JIRA_CLIENT_ID and settings.JIRA_CLIENT_SECRET)


def authorize_url(*, state: str, redirect_uri: str) -> str:
    """Where the person is asked. `consent`: they also choose the site, each time."""
    asked = {
        "audience": AUDIENCE,
        "client_id": settings.JIRA_CLIENT_ID,
        "scope": " ".join(SCOPES),
        "redirect_uri": redirect_uri,
        "state": state,
        "response_type": "code",
        "prompt": "consent",
    }
    return f"{settings.JIRA_AUTH_URL}/authorize?{urlencode(asked)}"


def exchange(code: str, *, redirect_uri: str) -> Grant:
    """
    The tokens for a code that Atlassian sent the person back with.

    :raises JiraRefused: for a code that is wrong, too old or used, or with too little granted.
    """
    answer = _asked(
        {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    )
    if "error" in answer:
        raise JiraRefused(NOT_CONFIRMED)
    grant = _grant(answer)
    if not grant.refresh_token:
        raise JiraRefused(NOT_LASTING)
    return grant


def renewed(refresh_token: str) -> Grant:
    """
    The next pair of tokens; the old refresh token no longer works.

    https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/

    :raises JiraRefused: if the refresh token was used, is too old (90 days), or was revoked.
    :raises JiraDown: for an error that we do not know: it may pass.
    """
    with in_its_own_time(settings.JIRA_TIMEOUT):  # an answer that is not read is lost
        answer = _asked({"grant_type": "refresh_token", "refresh_token": refresh_token})
    if answer.get("error") in _ENDINGS:
        raise JiraRefused(ENDED)
    if "error" in answer:
        raise JiraDown(client.NO_ANSWER)
    grant = _grant(answer)
    # Now and then an answer has been seen without one; the old one is then all there is.
    return (
        grant
        if grant.refresh_token
        else Grant(grant.token, refresh_token, grant.expires_at, grant.scopes)
    )


def revoke(refresh_token: str) -> bool:
    """Have Atlassian forget a grant; whether it said that it has. What it says is only logged."""
    if not refresh_token:
        return False
    try:
        with in_its_own_time(settings.JIRA_TIMEOUT):
            client.forget(refresh_token)
    except JiraError as exc:
        logger.warning("a grant of Jira could not be revoked: %s", exc)
        return False
    return True


def _asked(form: Mapping[str, str]) -> Mapping[str, Any]:
    answer = client.ask_for_tokens(form)
    if error := answer.get("error"):
        logger.warning("Atlassian refuses tokens: %s", str(error)[:40])
        if error in _OUR_FAULTS:
            raise SiteNotAccepted(OUR_FAULT)
    return answer


def _grant(answer: Mapping[str, Any]) -> Grant:
    try:
        return Grant(
            token=str(answer["access_token"]),
            refresh_token=str(answer.get("refresh_token") or ""),
            expires_at=timezone.now() + timedelta(seconds=int(answer["expires_in"])),
            scopes=str(answer.get("scope") or ""),
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise JiraDown(client.UNREADABLE) from exc
