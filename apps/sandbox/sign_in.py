"""The sandbox's pages and routes for letting a program in: sign-in, installation, tokens."""

from base64 import b64decode
from dataclasses import asdict
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from apps.sandbox.grants import (
    APP_ID,
    APP_SLUG,
    CLIENT_ID,
    CLIENT_SECRET,
    Grants,
    Installation,
)
from apps.sandbox.http import Answer, Request
from apps.sandbox.records import Account

_BAD_CREDENTIALS = {"message": "Bad credentials"}
_NOT_FOUND = Answer({"message": "Not Found"}, status=404)
_PAGE = """<!doctype html><html lang="en"><title>Sandbox GitHub</title>
<link rel="icon" href="data:,">
<h1>Sandbox GitHub</h1><p>Mergelight asks to be let in{scope}.</p>
<form action="/login/oauth/decide">{hidden}
<p><label>You are <select name="as">{people}</select></label></p>
<button name="answer" value="authorize">Authorize</button>
<button name="answer" value="cancel">Cancel</button></form></html>"""


def answer(grants: Grants, request: Request) -> Answer | None:
    """Answer what lets a program in; None for any other request."""
    steps = request.path.strip("/").split("/")
    return _to_a_person(grants, request, steps) or _to_a_program(grants, request, steps)


def _to_a_person(grants: Grants, request: Request, steps: list[str]) -> Answer | None:
    match request.method, steps:
        case "GET", ["login", "oauth", "authorize"]:
            return _authorize(grants, request)
        case "GET", ["login", "oauth", "decide"]:
            return _decide(grants, request)
        case "GET", ["apps", slug, "installations", "new"] if slug == APP_SLUG:
            return _install(grants, request)
    return None


def _to_a_program(grants: Grants, request: Request, steps: list[str]) -> Answer | None:
    match request.method, steps:
        case "POST", ["login", "oauth", "access_token"]:
            return Answer(grants.exchange(dict(parse_qsl(request.body.decode()))))
        case "POST", ["app", "installations", number, "access_tokens"]:
            return _installation_token(grants, request, number)
        case "GET", ["user", "installations"]:
            return _installations(grants, request)
        case "GET", ["app", "installations", number]:
            return _installation(grants, request, number)
        case "GET", ["user", "emails"]:
            return _addresses(grants, request)
        case "GET", ["user", "memberships", "orgs", organization]:
            return _membership(grants, request, organization)
        case "DELETE", ["applications", client, "token"] if client == CLIENT_ID:
            return _forget(grants, request)
    return None


def _authorize(grants: Grants, request: Request) -> Answer:
    asked = request.query
    if asked.get("client_id") != CLIENT_ID or asked.get("code_challenge_method") != "S256":
        return _NOT_FOUND
    if grants.visitor is not None:
        return _back(asked["redirect_uri"], code=grants.code_for(grants.visitor, asked), of=asked)
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    people = "".join(f"<option>{escape(each.login)}</option>" for each in grants.world.members)
    scope = f" with {escape(asked['scope'])}" if "scope" in asked else ""
    return Answer(_PAGE.format(scope=scope, hidden=hidden, people=people))


def _decide(grants: Grants, request: Request) -> Answer:
    asked = request.query
    account = grants.world.accounts.get(asked.get("as", ""))
    if asked.get("answer") != "authorize" or account is None:
        refusal = "The user has denied your application access."
        return _back(
            asked["redirect_uri"], error="access_denied", error_description=refusal, of=asked
        )
    return _back(asked["redirect_uri"], code=grants.code_for(account, asked), of=asked)


def _back(address: str, *, of: Any, **said: str) -> Answer:
    if "state" in of:
        said["state"] = of["state"]
    return Answer("", status=302, headers={"Location": f"{address}?{urlencode(said)}"})


def _install(grants: Grants, request: Request) -> Answer:
    """Install at once; who has installed before is sent back with the same installation."""
    made = next(iter(grants.installations.values()), None) or grants.install()
    return _back(
        grants.setup_url, installation_id=str(made.id), setup_action="install", of=request.query
    )


def _installation(grants: Grants, request: Request, number: str) -> Answer:
    if not grants.is_the_app(request.token):
        return Answer(_BAD_CREDENTIALS, status=401)
    found = grants.installations.get(int(number))
    return _NOT_FOUND if found is None else Answer(_row(found))


def _installation_token(grants: Grants, request: Request, number: str) -> Answer:
    if not grants.is_the_app(request.token):
        return Answer(_BAD_CREDENTIALS, status=401)
    found = grants.installations.get(int(number))
    if found is None:
        return _NOT_FOUND
    if found.is_suspended:
        return Answer({"message": "This installation has been suspended"}, status=403)
    return Answer(grants.installation_token(found), status=201)


def _installations(grants: Grants, request: Request) -> Answer:
    account = grants.owner_of(request.token)
    if account is None:
        return Answer(_BAD_CREDENTIALS, status=401)
    seen = [each for each in grants.installations.values() if account.login in each.seen_by]
    size = min(int(request.query.get("per_page", 30)), 100)
    start = (int(request.query.get("page", 1)) - 1) * size
    rows = [_row(each) for each in seen[start : start + size]]
    return Answer({"total_count": len(seen), "installations": rows})


def _addresses(grants: Grants, request: Request) -> Answer:
    account = grants.owner_of(request.token)
    if account is None:
        return Answer(_BAD_CREDENTIALS, status=401)
    if not grants.tells_addresses:
        return Answer({"message": "Resource not accessible by integration"}, status=403)
    rows = [{**asdict(each), "visibility": None} for each in grants.addresses_of(account)]
    return Answer(rows)


def _membership(grants: Grants, request: Request, organization: str) -> Answer:
    account = grants.owner_of(request.token)
    if account is None:
        return Answer(_BAD_CREDENTIALS, status=401)
    if organization in grants.troubled:
        return Answer({"message": "Server Error"}, status=502)
    if not grants.tells_memberships(organization):
        return Answer({"message": "Resource not accessible by integration"}, status=403)
    role = grants.role_of(account, organization)
    if role is None:
        return _NOT_FOUND
    known = grants.world.organization
    about = {"login": known.login, "id": known.database_id}
    return Answer({"state": "active", "role": role, "organization": about})


def _forget(grants: Grants, request: Request) -> Answer:
    if b64decode(request.token).decode() != f"{CLIENT_ID}:{CLIENT_SECRET}":
        return Answer(_BAD_CREDENTIALS, status=401)
    gone = grants.forget(str(request.json().get("access_token")))
    return Answer("", status=204) if gone else _NOT_FOUND


def _row(installation: Installation) -> dict[str, Any]:
    account: Account = installation.account
    return {
        "id": installation.id,
        "app_id": int(APP_ID),
        "app_slug": APP_SLUG,
        "account": {
            "id": account.database_id,
            "login": account.login,
            "type": account.typename,
        },
        "permissions": dict(installation.permissions),
        "suspended_at": "2026-01-01T00:00:00Z" if installation.is_suspended else None,
    }
