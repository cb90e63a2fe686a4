"""The sandbox's Jira Cloud: one WSGI application over one site, its Atlassian accounts included."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from apps.sandbox.control import SLOW, Control
from apps.sandbox.http import Answer, Request, read_request, send
from apps.sandbox.jira import sign_in
from apps.sandbox.jira.sign_in import JiraGrants
from apps.sandbox.jira.site import LEVELS, STATUSES, JiraSite, SandboxIssue, SandboxProject

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_UNAUTHORIZED = Answer({"code": 401, "message": "Unauthorized"}, status=401)
_NOT_FOUND = Answer({"errorMessages": ["Not found"], "errors": {}}, status=404)
_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full "
    "migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
_SCOPE = "read:jira-work"
_QUESTION = re.compile(r"project = (\d+) AND updated >= -(\d+)m ORDER BY updated ASC")
_SAME_TOKEN = "same token"  # noqa: S105 - a fault: the next page is the same again

#: The faults of `POST /__control`, each with Atlassian's own answer to it.
FAULTS: Mapping[str, Answer] = {
    "401": _UNAUTHORIZED,
    "403": Answer({"message": "Forbidden"}, status=403),
    "404": Answer({"code": 404, "message": "Not Found"}, status=404),
    "429": Answer({"message": "Rate limit exceeded"}, status=429, headers={"Retry-After": "1"}),
    "429 long": Answer({"message": "Rate limit"}, status=429, headers={"Retry-After": "3600"}),
    "500": Answer({"errorMessages": ["Internal server error"]}, status=500),
    "502": Answer("<html><h1>502 Bad Gateway</h1></html>", status=502),
    "503": Answer("", status=503),
    "prose": Answer("<html>Down for maintenance</html>"),
    "empty": Answer(""),
    "reset": Answer("", hangs_up=True),
}
KNOWN_FAULTS = (*FAULTS, SLOW, _SAME_TOKEN)


class Jira:
    """Answers auth.atlassian.com and api.atlassian.com at one address, and `/__control`."""

    def __init__(self, site: JiraSite, grants: JiraGrants, control: Control) -> None:
        self.site, self.grants, self.control = site, grants, control

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = read_request(environ)
        with self.control:
            return send(self._answer(request), environ, start_response)

    def _answer(self, request: Request) -> Answer:
        if switched := self.control.answer(request):
            return switched
        self.control.count("requests")
        is_for_people = request.path.startswith("/authorize")
        fault = None if is_for_people else self.control.fault()
        if fault is not None and fault in FAULTS:
            return FAULTS[fault]
        if entry := sign_in.answer(self.grants, self.site.name, request):
            return entry
        self.control.wait()
        if not self.grants.accepts(request.token):
            self.control.count("answered 401")
            return _UNAUTHORIZED
        if request.path == "/oauth/token/accessible-resources":
            own = [] if self.site.is_gone else [self._resource()]
            return Answer([*own, *self.site.others])
        prefix = f"/ex/jira/{self.site.cloud_id}/rest/api/3/"
        if self.site.is_gone or not request.path.startswith(prefix):
            return _NOT_FOUND
        return self._api(request, request.path.removeprefix(prefix), repeats=fault is not None)

    def _resource(self) -> dict[str, Any]:
        site = self.site
        return {"id": site.cloud_id, "name": site.name, "url": site.url, "scopes": [_SCOPE]}

    def _api(self, request: Request, path: str, *, repeats: bool) -> Answer:
        self.control.count(path.split("/")[0] if "/" not in path else path)
        match request.method, path.split("/"):
            case "GET", ["project", "search"]:
                return self._projects(request)
            case "GET", ["project", named]:
                return self._project(named)
            case (("GET" | "POST"), ["search"]):
                return Answer({"errorMessages": [_REMOVED], "errors": {}}, status=410)
            case "POST", ["search", "jql"]:
                return self._search(request.json(), repeats=repeats)
            case "POST", ["issue", "bulkfetch"]:
                return self._bulk(request.json())
            case "GET", ["issue", named]:
                found = self.site.issue(named)
                fields = request.query.get("fields", "").split(",")
                return Answer(self._row(found, fields)) if found else _NOT_FOUND
        return _NOT_FOUND

    def _projects(self, request: Request) -> Answer:
        query = request.query.get("query", "").lower()
        shown = [
            each
            for each in sorted(self.site.projects.values(), key=lambda each: each.key)
            if query in each.key.lower() or query in each.name.lower()
        ]
        start = int(request.query.get("startAt", 0))
        end = start + min(int(request.query.get("maxResults", 50)), 100)
        return Answer(
            {
                "startAt": start,
                "total": len(shown),
                "isLast": end >= len(shown),
                "values": [_project(each) for each in shown[start:end]],
            }
        )

    def _project(self, named: str) -> Answer:
        found = (each for each in self.site.projects.values() if named in (each.key, str(each.id)))
        project = next(found, None)
        return Answer(_project(project)) if project else _NOT_FOUND

    def _search(self, asked: Mapping[str, Any], *, repeats: bool) -> Answer:
        question = _QUESTION.fullmatch(str(asked.get("jql")))
        if question is None:
            return Answer({"errorMessages": ["Error in the JQL Query"]}, status=400)
        project, minutes = int(question[1]), int(question[2])
        if project not in {each.id for each in self.site.projects.values()}:
            said = f"The value '{project}' does not exist for the field 'project'."
            return Answer({"errorMessages": [said]}, status=400)
        token = asked.get("nextPageToken")
        since = datetime.now(UTC) - timedelta(minutes=minutes)
        if token and _question(token) != question[0]:
            return Answer({"errorMessages": ["The page token is of another query"]}, status=400)
        after = _place(token) if token else (since.replace(second=0, microsecond=0), 0)
        left = [
            each
            for each in self.site.in_project(project)
            if each.updated >= since and (each.updated, each.id) > after
        ]
        page = left[: min(int(asked.get("maxResults", 50)), 100)]
        body: dict[str, Any] = {"issues": [self._row(each, asked["fields"]) for each in page]}
        # As Jira does, no token at all on the last page: JRACLOUD-92184.
        if repeats or len(left) > len(page):
            following = token if repeats and token else _token(question[0], page)
            return Answer({**body, "nextPageToken": following})
        return Answer({**body, "isLast": True})

    def _bulk(self, asked: Mapping[str, Any]) -> Answer:
        named = asked.get("issueIdsOrKeys", [])
        if not 0 < len(named) <= 100:
            return Answer({"errorMessages": ["1 to 100 issues"]}, status=400)
        found = {each.id: each for each in map(self.site.issue, named) if each}
        rows = [self._row(found[number], asked["fields"]) for number in sorted(found)]
        return Answer({"issues": rows, "issueErrors": []})

    def _row(self, issue: SandboxIssue, fields: Iterable[str]) -> dict[str, Any]:
        project = self.site.projects[issue.project_key]
        said = {
            "summary": f"Something about {issue.key}",
            "project": _project(project),
            "issuetype": {
                "name": issue.kind,
                "subtask": LEVELS[issue.kind] < 0,
                "hierarchyLevel": LEVELS[issue.kind],
            },
            "status": {
                "name": STATUSES[issue.category],
                "statusCategory": {"key": issue.category, "name": STATUSES[issue.category]},
            },
            "created": _moment(issue.created),
            "updated": _moment(issue.updated),
            "resolutiondate": _moment(issue.resolved) if issue.resolved else None,
            "statuscategorychangedate": _moment(issue.resolved or issue.updated),
        }
        wanted = set(fields)
        return {
            "id": str(issue.id),
            "key": issue.key,
            "fields": {name: value for name, value in said.items() if name in wanted},
        }


def _project(project: SandboxProject) -> dict[str, Any]:
    return {"id": str(project.id), "key": project.key, "name": project.name}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _token(question: str, page: list[SandboxIssue]) -> str:
    """It belongs to its question."""
    place = [page[-1].updated.isoformat(), page[-1].id] if page else ["", 0]
    return base64.urlsafe_b64encode(json.dumps([question, *place]).encode()).decode()


def _question(token: str) -> str:
    return str(json.loads(base64.urlsafe_b64decode(token))[0])


def _place(token: str) -> tuple[datetime, int]:
    _, updated, number = json.loads(base64.urlsafe_b64decode(token))
    return datetime.fromisoformat(updated), number
