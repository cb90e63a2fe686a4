"""An invented workspace: its channels, who was let in, and what was posted."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Lock
from typing import Any

CLIENT_ID = "4100000000.4200000000"
CLIENT_SECRET = "sandbox-slack-secret"  # noqa: S105 - opens an invented Slack
WORKSPACE = {"id": "T0NORTHWIND", "name": "Northwind Labs"}
BOT = "U0MERGELIGHT"
TOKEN_PREFIX = "xoxb-sandbox"  # noqa: S105 - of tokens, none itself
_NAMES = ("general", "engineering", "deploys", "harbor", "lantern", "random", "reviews", "design")


@dataclass(frozen=True)
class Channel:
    id: str
    name: str
    is_archived: bool = False
    is_private: bool = False
    members: int = 12


@dataclass(frozen=True)
class Post:
    """One accepted message."""

    channel: str  # its id
    text: str
    body: Mapping[str, Any]  # all that was sent


@dataclass(frozen=True)
class Code:
    redirect_uri: str
    scopes: str


@dataclass
class Workspace:
    """
    The attributes without "_" are a test's: what there is, what is granted, what came.

    As at Slack, a workspace that lets an app in anew gives it the token that it has.
    """

    channels: dict[str, Channel] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)  # in the order of acceptance
    says_yes: bool | None = None  # to whoever is asked; None: a page asks
    granted_scopes: str | None = None  # None: what is asked for
    page_size: int = 200  # at most
    token: str = ""  # the one that works; empty: nobody is in
    scopes: str = ""
    _codes: dict[str, Code] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)
    _revoked: set[str] = field(default_factory=set)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        for name in _NAMES:
            self.add(name)
        self.add("old-harbor", is_archived=True)

    def add(self, name: str, **more: Any) -> Channel:
        channel = Channel(f"C{next(self._numbers):010}", name, **more)
        self.channels[channel.id] = channel
        return channel

    def named(self, name: str) -> Channel:
        return next(each for each in self.channels.values() if each.name == name)

    def change(self, name: str, **values: Any) -> None:
        """As somebody in Slack does it: `change("harbor", is_archived=True)`."""
        channel = self.named(name)
        self.channels[channel.id] = replace(channel, **values)

    def remove(self, name: str) -> None:
        del self.channels[self.named(name).id]

    def code_for(self, asked: Mapping[str, str]) -> str:
        """What takes the person back to the program."""
        code = secrets.token_hex(10)
        scopes = asked.get("scope", "") if self.granted_scopes is None else self.granted_scopes
        self._codes[code] = Code(asked.get("redirect_uri", ""), scopes)
        return code

    def exchange(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to one `oauth.v2.access`."""
        with self._lock:
            given = form.get("code", "")
            if given in self._used:
                return {"ok": False, "error": "code_already_used"}
            code = self._codes.pop(given, None)
            if code is None:
                return {"ok": False, "error": "invalid_code"}
            self._used.add(given)
            if code.redirect_uri != form.get("redirect_uri", ""):
                return {"ok": False, "error": "bad_redirect_uri"}
            self.token = self.token or f"{TOKEN_PREFIX}-{secrets.token_hex(12)}"
            self.scopes = code.scopes
            return {
                "ok": True,
                "access_token": self.token,
                "token_type": "bot",
                "scope": code.scopes,
                "bot_user_id": BOT,
                "app_id": "A0MERGELIGHT",
                "team": WORKSPACE,
                "enterprise": None,
                "authed_user": {"id": "U0MIRA"},
            }

    def refusal_of(self, token: str, scope: str) -> str:
        """Slack's word for why this token may not do that; empty where it may."""
        if not token:
            return "not_authed"
        if token in self._revoked:
            return "token_revoked"
        if token != self.token:
            return "invalid_auth"
        return "missing_scope" if scope and scope not in self.scopes.split(",") else ""

    def revoke(self) -> None:
        """Take the token back, as `auth.revoke` does, and whoever removes the app."""
        with self._lock:
            self._revoked.add(self.token)
            self.token = ""

    def post(self, body: Mapping[str, Any]) -> str:
        """Take a message; Slack's word where it does not."""
        channel = self.channels.get(str(body.get("channel")))
        if channel is None:
            return "channel_not_found"
        if channel.is_archived:
            return "is_archived"
        if channel.is_private or "chat:write.public" not in self.scopes.split(","):
            return "not_in_channel"
        if not body.get("text") and not body.get("blocks"):
            return "no_text"
        with self._lock:
            self.posts.append(Post(channel.id, str(body.get("text", "")), dict(body)))
        return ""

    def listed(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to one `conversations.list`; a cursor is the number of the next one."""
        hides_archived = form.get("exclude_archived") == "true"
        rows = [
            each
            for each in self.channels.values()
            if not each.is_private and not (hides_archived and each.is_archived)
        ]
        cursor = form.get("cursor") or "0"
        if not cursor.isdecimal():
            return {"ok": False, "error": "invalid_cursor"}
        start = int(cursor)
        end = start + min(int(form.get("limit", 100)), self.page_size)
        more = str(end) if end < len(rows) else ""
        return {
            "ok": True,
            "channels": [row(each) for each in rows[start:end]],
            "response_metadata": {"next_cursor": more},
        }


def row(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": True,
        "is_archived": channel.is_archived,
        "is_private": channel.is_private,
        "num_members": channel.members,
    }
