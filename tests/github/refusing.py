"""GitHub's ways to say no, as answers to the questions of a sync."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.github.fakes import FakeGitHub
from tests.github.faults import Fault
from tests.journeys.stand_ins import SHARED

SSO_LINK = "https://github.com/orgs/acme/sso?authorization_request=AAAA"
Shape = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """
    What happens to a team of acme/web, with the pull requests 1, 2 and 3, and acme/api, with 4.

    The answer comes to every question `of` that name, or to every question at all.
    """

    of: str
    sentence: str  #: on the status page; "" where nothing need be said
    then: str = "goes on"  #: or "waits", using up no attempt, or "fails"
    web: str = "completed"  #: the state of acme/web
    gaps: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    #: Where in the answer, below one pull request or repository; None: the answer is the shape.
    inside: tuple[str | int, ...] | None = None
    link: str = ""  #: where the page leads to
    only_if: Callable[[dict[str, Any]], bool] = lambda variables: True


def shapes() -> dict[str, Shape]:
    if not SHARED.exists():
        return {}
    found = json.loads((SHARED / "github" / "errors.json").read_text())
    return {shape["name"]: shape for shape in found}


def reply_of(shape: Shape, body: Any = None) -> httpx.Response:
    headers = {**shape.get("headers", {})}
    if any(error.get("extensions", {}).get("saml_failure") for error in _errors(shape)):
        headers["X-GitHub-SSO"] = f"required; url={SSO_LINK}"
    text = shape.get("body_text", json.dumps(shape.get("body") if body is None else body))
    return httpx.Response(shape["status"], headers=headers, text=text)


def _errors(shape: Shape) -> Sequence[dict[str, Any]]:
    errors: Sequence[dict[str, Any]] = shape.get("body", {}).get("errors", ())
    return errors


def fault_of(shape: Shape, seen: Seen, github: FakeGitHub) -> Fault:
    def fault(name: str, variables: dict[str, Any]) -> httpx.Response | None:
        if seen.of not in ("", name) or not seen.only_if(variables):
            return None
        if seen.inside is None:
            return reply_of(shape)
        body = json.loads(getattr(github, name)(**variables).text)
        if not seen.of:  # what comes beside every answer
            return reply_of(shape, {"data": body["data"] | shape["body"]["data"]})
        return _with_a_hole(shape, seen.inside, variables["ids"], body)

    return fault


def _with_a_hole(
    shape: Shape, inside: tuple[str | int, ...], ids: Sequence[str], body: dict[str, Any]
) -> httpx.Response | None:
    """The true answer, but for what lies inside of #2 of acme/web, or of acme/web itself."""
    place = next((n for n, i in enumerate(ids) if i in ("PR_2@acme/web", "R_acme/web")), None)
    if place is None:
        return None
    path = ("nodes", place, *inside)
    holder: Any = body["data"]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = None
    errors = [{**error, "path": path} for error in _errors(shape)]
    return reply_of(shape, {"data": body["data"], "errors": errors})
