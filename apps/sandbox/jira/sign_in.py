"""The sandbox's Atlassian account: who lets a program in, codes, and tokens that rotate."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlencode

from apps.sandbox.http import Answer, Request

CLIENT_ID = "sandbox-jira-client"
CLIENT_SECRET = "sandbox-jira-secret"  # noqa: S105 - of an invented service
HOUR = 3_600  # seconds
_NO_SUCH_TOKEN = {
    "error": "invalid_grant",
    "error_description": "Unknown or invalid refresh token.",
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox Atlassian</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,"><style>body{{font:16px/1.5 system-ui;max-width:44rem;
margin:2rem auto;padding:0 1rem}}</style>
<h1>Sandbox Atlassian</h1><p>Mergelight asks to read the Jira of <b>{site}</b>:</p>
<ul>{scopes}</ul><form action="/authorize/decide">{hidden}
<button name="answer" value="accept">Accept</button>
<button name="answer" value="cancel">Cancel</button></form></html>"""


@dataclass(frozen=True)
class Code:
    redirect_uri: str
    scopes: str


class JiraGrants:
    """
    One registered program. The attributes without "_" are a test's. Safe for the server's threads.
    """

    def __init__(self) -> None:
        self.agrees = False  # whoever is asked agrees at once; else a page asks
        self.granted_scopes: str | None = None  # instead of those that are asked for
        self.lifetime = HOUR  # seconds, of the tokens that are given from now on
        self.exchanges = 0  # codes and refresh tokens that were brought
        self.renewals = 0  # of them, refresh tokens that were taken
        self.revocations = 0
        self.exchange_seconds = 0.0  # that one takes
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, float] = {}  # until when
        self._refreshes: dict[str, str] = {}  # → scopes
        self._lock = Lock()

    def accepts(self, token: str) -> bool:
        return self._tokens.get(token, 0) > time.time()

    def end_all(self, *, refreshes: bool = False) -> None:
        """Whatever was given works no more; with `refreshes`, it cannot be renewed either."""
        with self._lock:
            self._tokens.clear()
            if refreshes:
                self._refreshes.clear()

    def code_for(self, asked: Mapping[str, str]) -> str:
        code = secrets.token_hex(10)
        scopes = asked.get("scope", "") if self.granted_scopes is None else self.granted_scopes
        self._codes[code] = Code(asked.get("redirect_uri", ""), scopes)
        return code

    def exchange(self, form: Mapping[str, Any]) -> Answer:
        """The answer to one `POST /oauth/token`."""
        time.sleep(self.exchange_seconds)
        with self._lock:
            self.exchanges += 1
            if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
                denied = {"error": "access_denied", "error_description": "Unauthorized"}
                return Answer(denied, status=401)
            if form.get("grant_type") == "refresh_token":
                scopes = self._refreshes.pop(str(form.get("refresh_token")), None)
                if scopes is None:
                    return Answer(_NO_SUCH_TOKEN, status=403)
                self.renewals += 1
                return Answer(self._pair(scopes))
            code = self._codes.pop(str(form.get("code")), None)
            if code is None or code.redirect_uri != form.get("redirect_uri"):
                said = {"error": "invalid_grant", "error_description": "Invalid authorization code"}
                return Answer(said, status=403)
            return Answer(self._pair(code.scopes))

    def revoke(self, form: Mapping[str, Any]) -> Answer:
        with self._lock:
            self.revocations += 1
            self._refreshes.pop(str(form.get("token")), None)
        return Answer("", status=200)

    def _pair(self, scopes: str) -> dict[str, Any]:
        token, refresh = secrets.token_hex(24), secrets.token_hex(24)
        self._tokens[token] = time.time() + self.lifetime
        said = {
            "access_token": token,
            "expires_in": self.lifetime,
            "scope": scopes,
            "token_type": "Bearer",
        }
        if "offline_access" not in scopes.split():
            return said
        self._refreshes[refresh] = scopes
        return {**said, "refresh_token": refresh}


def answer(grants: JiraGrants, site: str, request: Request) -> Answer | None:
    """Answer what lets a program in; None for any other request."""
    match request.method, request.path:
        case "GET", "/authorize":
            return _authorize(grants, site, request)
        case "GET", "/authorize/decide":
            return _decide(grants, request)
        case "POST", "/oauth/token":
            return grants.exchange(_form(request))
        case "POST", "/oauth/revoke":
            return grants.revoke(_form(request))
    return None


def _form(request: Request) -> Mapping[str, Any]:
    if "json" in request.content_type:
        return request.json()
    return dict(parse_qsl(request.body.decode()))


def _authorize(grants: JiraGrants, site: str, request: Request) -> Answer:
    asked = request.query
    is_right = asked.get("audience") == "api.atlassian.com" and asked.get("response_type") == "code"
    if asked.get("client_id") != CLIENT_ID or not is_right:
        return Answer("<h1>Something is wrong with this link</h1>", status=400)
    if grants.agrees:
        return _back(asked, code=grants.code_for(asked))
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    scopes = "".join(f"<li><code>{escape(each)}</code></li>" for each in asked["scope"].split())
    return Answer(_PAGE.format(site=escape(site), scopes=scopes, hidden=hidden))


def _decide(grants: JiraGrants, request: Request) -> Answer:
    asked = request.query
    if asked.get("answer") != "accept":
        return _back(asked, error="access_denied", error_description="User did not authorize")
    return _back(asked, code=grants.code_for(asked))


def _back(asked: Mapping[str, str], **said: str) -> Answer:
    said["state"] = asked.get("state", "")
    address = f"{asked['redirect_uri']}?{urlencode(said)}"
    return Answer("", status=302, headers={"Location": address})
