"""The sandbox's GitHub: one WSGI application over one world."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from apps.sandbox import graph, rest, sign_in
from apps.sandbox.control import SLOW, Control
from apps.sandbox.cost import Cost, cost_of
from apps.sandbox.grants import Grants
from apps.sandbox.holes import with_holes
from apps.sandbox.http import Answer, Request, read_request, send
from apps.sandbox.records import Account, PullRequest, World
from apps.sandbox.resolvers import Context, RateLimit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TOKEN_PREFIX = "ghp_sandbox"  # noqa: S105 - the prefix that every token here must have
_NODE_LIMIT = 500_000
_NODES_OF_A_PAGE = 3_000  # what takes `seconds`: 25 pull requests with their children
_BAD_CREDENTIALS = {
    "message": "Bad credentials",
    "documentation_url": "https://docs.github.com/rest",
    "status": "401",
}
_SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)
_USED_UP = "API rate limit already exceeded."
_TIMED_OUT = (
    "Something went wrong while executing your query. This may be the result of a timeout, "
    "or it could be a GitHub bug."
)
_PARTIAL = "partial"  # the fault of a GraphQL answer with holes; REST has none and answers 502


def _gateway_page(title: str) -> str:
    return (
        f"<html><head><title>{title}</title></head>"
        f"<body><center><h1>{title}</h1></center></body></html>"
    )


#: The faults of `POST /__control`, each with GitHub's own answer to it.
FAULTS: Mapping[str, Answer] = {
    "502": Answer(_gateway_page("502 Bad Gateway"), status=502),
    "504": Answer(_gateway_page("504 Gateway Time-out"), status=504),
    "timeout": Answer({"data": None, "errors": [{"message": _TIMED_OUT}]}, status=502),
    "secondary": Answer({"message": _SECONDARY}, status=403, headers={"retry-after": "1"}),
    "401": Answer(_BAD_CREDENTIALS, status=401),
    "reset": Answer("", hangs_up=True),
    "empty": Answer(""),
}
KNOWN_FAULTS = (*FAULTS, _PARTIAL, SLOW)


class GitHub:
    """Answers GraphQL and REST as GitHub does, and `/__truth`, `/__stats`, `/__control`."""

    def __init__(self, world: World, control: Control, grants: Grants) -> None:
        self.world = world
        self.control = control
        self.grants = grants

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = read_request(environ)
        with self.control:
            return send(self._answer(request), environ, start_response)

    def _answer(self, request: Request) -> Answer:
        if request.path == "/__truth":
            return Answer(truth(self.world))
        if switched := self.control.answer(request):
            return switched
        self.control.count("requests")
        self.control.count_asked(request)
        if entry := sign_in.answer(self.grants, request):
            return entry
        viewer = self._viewer(request.token)
        if viewer is None:
            self.control.count("answered 401")
            return Answer(_BAD_CREDENTIALS, status=401)
        is_graphql = request.path == "/graphql"
        fault = self.control.fault()
        if fault == _PARTIAL and not is_graphql:
            fault = "502"
        if fault is not None and fault in FAULTS:
            return self._with_headers(FAULTS[fault])
        if is_graphql:
            return self._graphql(request, viewer, with_all_rows=fault != _PARTIAL)
        return self._rest(request, viewer)

    def _viewer(self, token: str) -> Account | None:
        """Whose token it is, if it is good: the demo's is the first member's."""
        if self.control.accepts(token, prefix=TOKEN_PREFIX):
            return self.world.members[0]
        owner = self.grants.owner_of(token)
        return owner if self.control.accepts(token, prefix="") else None

    def _with_headers(self, said: Answer) -> Answer:
        return replace(said, headers={**self._headers("core"), **said.headers})

    def _rest(self, request: Request, viewer: Account) -> Answer:
        self.control.count("rest")
        if not self.control.spend(1):
            self.control.count("refused")
            return self._with_headers(Answer({"message": _USED_UP}, status=403))
        self.control.wait(0.1)
        found = rest.answer(self.world, request, viewer)
        self.control.count_answered(request)
        return self._with_headers(found)

    def _graphql(self, request: Request, viewer: Account, *, with_all_rows: bool) -> Answer:
        self.control.count("graphql")
        try:
            payload = request.json()
            document, faults = graph.read(payload["query"])
        except (ValueError, KeyError):
            return Answer({"message": "Problems parsing JSON"}, status=400)
        except GraphQLError as error:
            return self._refusal(error.message)
        if faults:
            return self._refusal(*faults)
        variables = payload.get("variables") or {}
        cost = cost_of(document, variables)
        if cost.nodes > _NODE_LIMIT:
            return self._refusal(
                f"This query requests up to {cost.nodes:,} possible nodes which exceeds the "
                f"maximum limit of {_NODE_LIMIT:,}.",
                type="MAX_NODE_LIMIT_EXCEEDED",
            )
        if not self.control.spend(cost.points):
            return self._refusal(_USED_UP, type="RATE_LIMIT")
        self.control.count("points", cost.points)
        self.control.wait(min(max(cost.nodes / _NODES_OF_A_PAGE, 0.2), 4.0))
        context = Context(self.world, self._rate_limit(cost), viewer)
        body = graph.run(document, variables, payload.get("operationName"), context)
        if with_all_rows:
            self.control.count_answered(request)
        else:
            body = with_holes(body, self.control.choose)
        return Answer(body, headers=self._headers("graphql"))

    def _refusal(self, *sentences: str, **more: str) -> Answer:
        """An answer without data; GitHub gives it the status 200."""
        self.control.count("refused")
        errors = [{"message": sentence, **more} for sentence in sentences]
        return Answer({"errors": errors}, headers=self._headers("graphql"))

    def _rate_limit(self, cost: Cost) -> RateLimit:
        control = self.control
        return RateLimit(
            cost=cost.points,
            limit=control.budget,
            node_count=cost.nodes,
            remaining=control.remaining,
            used=control.budget - control.remaining,
            reset_at=datetime.fromtimestamp(control.resets_at, UTC),
        )

    def _headers(self, resource: str) -> dict[str, str]:
        control = self.control
        return {
            **rest.SCOPES,
            "x-ratelimit-limit": str(control.budget),
            "x-ratelimit-remaining": str(control.remaining),
            "x-ratelimit-used": str(control.budget - control.remaining),
            "x-ratelimit-reset": str(int(control.resets_at)),
            "x-ratelimit-resource": resource,
        }


def truth(world: World) -> dict[str, list[dict[str, Any]]]:
    """Say what a perfect import would hold, by repository; and what no API tells about AI."""
    return {
        name: [_truth_of(pull) for pull in pulls]
        for name, pulls in world.pull_requests_by_repository.items()
    }


def _truth_of(pull: PullRequest) -> dict[str, Any]:
    return {
        "number": pull.number,
        "id": pull.full_database_id,
        "title": pull.title,
        "state": pull.state,
        "is_draft": pull.is_draft,
        "author": pull.author and pull.author.login,
        "created_at": graph.as_text(pull.created_at),
        "updated_at": graph.as_text(pull.updated_at),
        "merged_at": pull.merged_at and graph.as_text(pull.merged_at),
        "closed_at": pull.closed_at and graph.as_text(pull.closed_at),
        "head_ref": pull.head_ref_name,
        "labels": [label.name for label in pull.labels],
        "additions": pull.additions,
        "deletions": pull.deletions,
        "changed_files": pull.changed_files,
        "files": len(pull.files),
        "commits": len(pull.commits),
        "reviews": len(pull.reviews),
        "ai_tool": pull.assistance and pull.assistance.tool,
        "ai_way": pull.assistance and pull.assistance.way,
    }
