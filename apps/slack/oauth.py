"""Letting Mergelight into a workspace: Slack's OAuth v2, which gives a token of a bot."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks import Warning as CheckWarning

from apps.slack import client
from apps.slack.errors import SlackDown

#: Post; in public channels without being invited; see which public channels there are.
SCOPES = ("chat:write", "chat:write.public", "channels:read")
_REGISTRATION = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")


@dataclass(frozen=True)
class Grant:
    """What a person's agreement gave us."""

    token: str = field(repr=False)
    scopes: str  #: granted, as Slack names them
    workspace_id: str
    workspace_name: str
    bot_user_id: str


def is_configured() -> bool:
    return all(getattr(settings, name) for name in _REGISTRATION)


def authorize_url(*, state: str, redirect_uri: str) -> str:
    """
    Where the person is asked.

    https://docs.slack.dev/authentication/installing-with-oauth
    """
    asked = {
        "client_id": settings.SLACK_CLIENT_ID,
        "scope": ",".join(SCOPES),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{settings.SLACK_AUTHORIZE_URL}?{urlencode(asked)}"


def exchange(code: str, *, redirect_uri: str) -> Grant:
    """
    The token for a code that Slack sent the person back with.

    :raises SlackError: with a sentence.
    """
    answer = client.access(code, redirect_uri=redirect_uri)
    workspace = answer.get("team") or {}
    try:
        return Grant(
            token=str(answer["access_token"]),
            scopes=str(answer.get("scope") or ""),
            workspace_id=str(workspace["id"]),
            workspace_name=str(workspace.get("name") or workspace["id"]),
            bot_user_id=str(answer.get("bot_user_id") or ""),
        )
    except (KeyError, TypeError, AttributeError) as exc:
        raise SlackDown(client.UNREADABLE) from exc


def missing_scopes(granted: str) -> tuple[str, ...]:
    given = set(granted.replace(",", " ").split())
    return tuple(scope for scope in SCOPES if scope not in given)


def check_registration(app_configs: object = None, **_kwargs: object) -> Iterator[CheckMessage]:
    """W001: configured by half, and so not offered."""
    missing = [name for name in _REGISTRATION if not getattr(settings, name)]
    if missing and len(missing) < len(_REGISTRATION):
        yield CheckWarning(f"Slack is not offered: {missing[0]} missing", id="slack.W001")
