"""
Slack's methods: knows HTTP and no rows. Raises only what `errors` of this folder has.

No error carries what Slack wrote, beyond the word for its refusal: a body may hold a token.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings

from apps.slack.errors import SlackDown, SlackError, SlackRefused, SlackSilent, SlackTooBusy
from apps.slack.refusals import Means, refusal_of

logger = logging.getLogger(__name__)

CHANNELS_A_PAGE = 200  # what Slack advises; it may give fewer
SHORTEST_WAIT = 30.0  # seconds, where Slack refuses for a limit and names no time
LONGEST_WAIT = 3600.0  # more than this is not believed
UNREACHABLE = "Slack could not be reached."
NO_ANSWER = "Slack does not answer at the moment."
UNREADABLE = "Slack's answer could not be read."
SILENT = "Slack gave no answer."

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Channel:
    id: str
    name: str
    is_archived: bool = False
    is_private: bool = False
    members: int | None = None


@dataclass(frozen=True)
class ChannelPage:
    channels: tuple[Channel, ...]
    cursor: str  #: of the next page; empty: this is the last


def post_message(token: str, channel: str, text: str, blocks: Sequence[Block] = ()) -> None:
    """
    Post to a channel. Nothing in it is looked for: no names, no links, no previews.

    https://docs.slack.dev/reference/methods/chat.postMessage

    :param text: escaped; what notifications show, and readers of screens.
    :raises SlackSilent: if the message may stand in the channel.
    """
    body: dict[str, Any] = {
        "channel": channel,
        "text": text,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if blocks:
        body["blocks"] = list(blocks)
    _call("chat.postMessage", token=token, json=body)


def channels(token: str, *, cursor: str = "") -> ChannelPage:
    """
    One page of the public channels that are in use.

    https://docs.slack.dev/reference/methods/conversations.list
    """
    form = {
        "types": "public_channel",
        "exclude_archived": "true",
        "limit": str(CHANNELS_A_PAGE),
    }
    body = _call(
        "conversations.list", token=token, data=form | ({"cursor": cursor} if cursor else {})
    )
    try:
        found = tuple(_channel(raw) for raw in body["channels"])
        # An empty page with a cursor is not the last one.
        return ChannelPage(found, str((body.get("response_metadata") or {}).get("next_cursor", "")))
    except (KeyError, TypeError, AttributeError) as exc:
        raise SlackDown(UNREADABLE) from exc


def channel(token: str, channel_id: str) -> Channel:
    """
    One channel as it is now.

    https://docs.slack.dev/reference/methods/conversations.info

    :raises SlackRefused: if there is none, or this token may not see it.
    """
    body = _call("conversations.info", token=token, data={"channel": channel_id})
    try:
        return _channel(body["channel"])
    except (KeyError, TypeError, AttributeError) as exc:
        raise SlackDown(UNREADABLE) from exc


def access(code: str, *, redirect_uri: str) -> Mapping[str, Any]:
    """
    What Slack gives for the code of a person who has agreed.

    https://docs.slack.dev/reference/methods/oauth.v2.access
    """
    registered = (settings.SLACK_CLIENT_ID, settings.SLACK_CLIENT_SECRET)
    form = {"code": code, "redirect_uri": redirect_uri}
    return _call("oauth.v2.access", auth=registered, data=form)


def revoke(token: str) -> None:
    """
    Have Slack forget a token: nobody can use it any more.

    https://docs.slack.dev/reference/methods/auth.revoke
    """
    _call("auth.revoke", token=token, data={})


def _channel(raw: Mapping[str, Any]) -> Channel:
    members = raw.get("num_members")
    return Channel(
        id=str(raw["id"]),
        name=str(raw["name"]),
        is_archived=bool(raw.get("is_archived")),
        is_private=bool(raw.get("is_private")),
        members=members if isinstance(members, int) else None,
    )


def _call(method: str, *, token: str = "", **more: Any) -> Mapping[str, Any]:
    headers = {"Accept": "application/json", "User-Agent": "Mergelight"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    url = f"{settings.SLACK_API_URL}/{method}"
    try:
        response = httpx.post(url, headers=headers, timeout=settings.SLACK_TIMEOUT, **more)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
        logger.warning("no connection to Slack: %s", type(exc).__name__)
        raise SlackDown(UNREACHABLE) from exc
    except (httpx.RequestError, UnicodeEncodeError) as exc:
        logger.warning("Slack gives no answer to %s: %s", method, type(exc).__name__)
        raise SlackSilent(SILENT) from exc
    return _read(method, response)


def _read(method: str, response: httpx.Response) -> Mapping[str, Any]:
    if response.status_code == 429:
        raise _too_busy(refusal_of("ratelimited").sentence, response)
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or "ok" not in body:
        logger.warning("Slack answers %s with %s", method, response.status_code)
        raise SlackDown(NO_ANSWER if response.is_error else UNREADABLE)
    if body["ok"] is True:
        return body
    code = str(body.get("error", ""))
    logger.warning("Slack refuses %s: %.60r", method, code)
    raise _refused(code, response)


def _refused(code: str, response: httpx.Response) -> SlackError:
    refusal = refusal_of(code)
    match refusal.means:
        case Means.DOWN:
            return SlackDown(refusal.sentence)
        case Means.BUSY:
            return _too_busy(refusal.sentence, response)
        case Means.UNSURE:
            return SlackSilent(refusal.sentence)
    return SlackRefused(refusal.sentence, code=code, is_lost=refusal.means is Means.LOST)


def _too_busy(sentence: str, response: httpx.Response) -> SlackTooBusy:
    """https://docs.slack.dev/apis/web-api/rate-limits: seconds, as a whole number."""
    named = response.headers.get("retry-after", "")
    wait = float(named) if named.isascii() and named.isdecimal() else SHORTEST_WAIT
    return SlackTooBusy(sentence, retry_after=min(max(wait, 1.0), LONGEST_WAIT))
