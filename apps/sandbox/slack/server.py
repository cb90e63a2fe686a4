"""The sandbox's Slack: OAuth v2, channels, messages, and a page that shows what was posted."""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from apps.sandbox.control import SLOW, Control
from apps.sandbox.http import Answer, Request, read_request, send
from apps.sandbox.slack import pages
from apps.sandbox.slack.workspace import CLIENT_ID, CLIENT_SECRET, Workspace, row

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_LIMITED = {"ok": False, "error": "ratelimited"}
#: The faults of `POST /__control`, each with Slack's own answer to it.
FAULTS: Mapping[str, Answer] = {
    "429": Answer(_LIMITED, status=429, headers={"Retry-After": "30"}),
    "500": Answer("<html>Server Error</html>", status=500),
    "503": Answer({"ok": False, "error": "service_unavailable"}, status=503),
    "garbled": Answer("<html>Sign in to the hotel's network</html>"),
    "reset": Answer("", hangs_up=True),
}
DROP = "drop"  # the fault of a message that is taken, and never answered
#: Faults that are Slack's own words: 200 and `"ok": false`.
WORDS = (
    *("invalid_auth", "token_revoked", "account_inactive", "channel_not_found", "is_archived"),
    *("not_in_channel", "restricted_action", "msg_too_long", "internal_error", "ratelimited"),
    *("missing_scope", "something_new"),
)
KNOWN_FAULTS = (*FAULTS, *WORDS, DROP, SLOW)


class Slack:
    """Answers `/oauth/v2/authorize`, `/api/…` and `/`; `/__stats`, `/__control`, `/__posts`."""

    def __init__(self, workspace: Workspace, control: Control) -> None:
        self.workspace = workspace
        self.control = control

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = read_request(environ)
        with self.control:
            return send(self._answer(request), environ, start_response)

    def _answer(self, request: Request) -> Answer:
        if switched := self.control.answer(request):
            return switched
        match request.method, request.path.strip("/").split("/"):
            case "GET", [""]:
                return pages.posted(self.workspace)
            case "GET", ["__posts"]:
                return Answer([dict(post.body) for post in self.workspace.posts])
            case "GET", ["oauth", "v2", "authorize"]:
                return self._authorize(request)
            case "GET", ["oauth", "v2", "decide"]:
                return self._decide(request.query, request.query.get("answer") == "allow")
            case "POST", ["api", method]:
                return self._called(method, request)
        return Answer("Not here", status=404)

    def _authorize(self, request: Request) -> Answer:
        if request.query.get("client_id") != CLIENT_ID:
            return Answer("invalid client_id", status=400)
        if self.workspace.says_yes is None:
            return pages.ask(request.query)
        return self._decide(request.query, self.workspace.says_yes)

    def _decide(self, asked: Mapping[str, str], says_yes: bool) -> Answer:
        if not says_yes:
            return pages.back(asked, error="access_denied")
        return pages.back(asked, code=self.workspace.code_for(asked))

    def _called(self, method: str, request: Request) -> Answer:
        self.control.count(method)
        self.control.count_asked(request)
        self.control.wait()
        fault = self.control.fault()
        if fault is not None and fault in FAULTS:
            return FAULTS[fault]
        if fault is not None and fault in WORDS:
            return _no(fault)
        answer = self._method(method, request)
        return FAULTS["reset"] if fault == DROP else answer

    def _method(self, method: str, request: Request) -> Answer:
        if method == "oauth.v2.access":
            return self._access(request)
        scopes = {
            "chat.postMessage": "chat:write",
            "conversations.list": "channels:read",
            "conversations.info": "channels:read",
            "auth.revoke": "",
        }
        if method not in scopes:
            return _no("unknown_method")
        if refusal := self.workspace.refusal_of(request.token, scopes[method]):
            return _no(refusal)
        match method:
            case "chat.postMessage":
                return self._post(request)
            case "conversations.list":
                return Answer(self.workspace.listed(_form(request)))
            case "conversations.info":
                found = self.workspace.channels.get(_form(request).get("channel", ""))
                if found is None:
                    return _no("channel_not_found")
                return Answer({"ok": True, "channel": row(found)})
        self.workspace.revoke()
        return Answer({"ok": True, "revoked": True})

    def _access(self, request: Request) -> Answer:
        try:
            client, _, secret = b64decode(request.token).decode().partition(":")
        except (NotBase64, ValueError):
            client = secret = ""
        if client != CLIENT_ID:
            return _no("invalid_client_id")
        if secret != CLIENT_SECRET:
            return _no("bad_client_secret")
        return Answer(self.workspace.exchange(_form(request)))

    def _post(self, request: Request) -> Answer:
        body: dict[str, Any] = request.json()
        if refusal := self.workspace.post(body):
            return _no(refusal)
        number = len(self.workspace.posts)
        return Answer({"ok": True, "channel": body["channel"], "ts": f"1700000000.{number:06}"})


def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode()))


def _no(word: str) -> Answer:
    return Answer({"ok": False, "error": word})
