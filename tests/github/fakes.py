"""
A GitHub in memory, beneath httpx: repositories with pull requests, and faults on demand.

It answers the queries of `apps.github.api.queries` by their names, in GitHub's shapes. What a query
really selects is proved against GitHub's schema (test_queries) and the stand-in of ../shared.
"""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.github.faults import Fault

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)  # when tests.claims begins its runs

DETAILS, KEYS = "PullRequestDetails", "PullRequestKeys"  # the two queries of a sync


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: str, kind: str = "User") -> dict[str, Any]:
    return {"__typename": kind, "login": login, "databaseId": sum(login.encode()), "name": login}


def connected(nodes: list[Any]) -> dict[str, Any]:
    return {
        "totalCount": len(nodes),
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "nodes": nodes,
    }


def review(number: int, login: str = "bert", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"PRR_{number}",
        "state": "APPROVED",
        "submittedAt": stamp(NOW - timedelta(days=1)),
        "author": user(login),
        **changes,
    }


def commit(number: int, **author: Any) -> dict[str, Any]:
    return {
        "commit": {
            "oid": f"{number:040x}",
            "message": f"Step {number}",
            "authoredDate": stamp(NOW - timedelta(days=2)),
            "committedDate": stamp(NOW - timedelta(days=2)),
            "author": {"name": "Ada", "email": "ada@example.org", "user": None, **author},
        }
    }


def file(number: int) -> dict[str, Any]:
    return {"path": f"src/{number}.py", "additions": 1, "deletions": 0, "changeType": "ADDED"}


def pull_request(number: int, *, days_old: float = 1, **changes: Any) -> dict[str, Any]:
    """As PULL_REQUEST_DETAILS answers it: merged by bert, with one review, commit and file."""
    updated = NOW - timedelta(days=days_old)
    return {
        "__typename": "PullRequest",
        "id": f"PR_{number}",
        "fullDatabaseId": str(3_000_000_000 + number),
        "number": number,
        "title": f"Change {number}",
        "body": "",
        "state": "MERGED",
        "isDraft": False,
        "createdAt": stamp(updated - timedelta(days=2)),
        "updatedAt": stamp(updated),
        "mergedAt": stamp(updated),
        "closedAt": stamp(updated),
        "additions": 3,
        "deletions": 1,
        "changedFiles": 1,
        "baseRefName": "main",
        "headRefName": f"change-{number}",
        "isCrossRepository": False,
        "headRepository": {"nameWithOwner": "acme/web"},
        "author": user("ada"),
        "mergedBy": user("bert"),
        "timelineItems": {"nodes": []},
        "labels": connected([{"name": "bug"}]),
        "reviews": connected([review(number)]),
        "commits": connected([commit(number)]),
        "files": connected([file(number)]),
        **changes,
    }


class FakeGitHub:
    """Repositories by node id; `faults` are asked before anything is answered."""

    FIRST = {"labels": 10, "reviews": 25, "commits": 50, "files": 50}

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, Any]] = {}
        self.pull_requests: dict[str, list[dict[str, Any]]] = {}
        self.members: list[dict[str, Any]] = [user("ada"), user("bert")]
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.tokens: set[str] = set()
        self._lock = threading.Lock()

    def add_repository(self, name: str, *pull_requests: dict[str, Any], **changes: Any) -> str:
        """Its pull requests' ids are made distinct by the repository's name."""
        node_id = f"R_{name}"
        self.repositories[node_id] = {
            "__typename": "Repository",
            "id": node_id,
            "databaseId": len(self.repositories) + 1,
            "nameWithOwner": name,
            "isPrivate": False,
            "isArchived": False,
            "isFork": False,
            "isDisabled": False,
            "pushedAt": stamp(NOW),
            "defaultBranchRef": {"name": "main"},
            **changes,
        }
        self.pull_requests[node_id] = [
            {**one, "id": f"{one['id']}@{name}"} for one in pull_requests
        ]
        return node_id

    def touch(self, name: str, number: int, at: datetime, **changes: Any) -> None:
        """Change a pull request, as somebody does while we read."""
        for one in self.pull_requests[f"R_{name}"]:
            if one["number"] == number:
                one.update({"updatedAt": stamp(at), **changes})

    def count(self, operation: str) -> int:
        return sum(1 for name, _ in self.asked if name == operation)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        operation = re.match(r"\s*query (\w+)", body["query"]).group(1)
        with self._lock:
            self.tokens.add(request.headers["Authorization"])
            self.asked.append((operation, body["variables"]))
            for fault in self.faults:
                if (reply := fault(operation, body["variables"])) is not None:
                    return reply
            if operation == "MoreLists":
                return self._more_lists(body["query"], **body["variables"])
            name = operation.removeprefix("More_")
            if name != operation:
                return self._more(name, **body["variables"])
            return getattr(self, operation)(**body["variables"])

    # --- Answers, by the names of the queries ---------------------------------------------------

    def Viewer(self) -> httpx.Response:  # noqa: N802 - the query's name, as below
        return data({"viewer": user("viewer")})

    def Organizations(self, after: str | None) -> httpx.Response:  # noqa: N802
        return data({"viewer": {"organizations": connected([user("acme", "Organization")])}})

    def Account(self, login: str) -> httpx.Response:  # noqa: N802
        if login.lower() != "acme":
            return data({"repositoryOwner": None}, problem("NOT_FOUND", "repositoryOwner"))
        return data({"repositoryOwner": user("acme", "Organization")})

    def OwnerRepositories(self, login: str, after: str | None) -> httpx.Response:  # noqa: N802
        rows = list(self.repositories.values())
        start = int(after or 0)
        return data({"repositoryOwner": {"repositories": page(rows, start, 2)}})

    def Repository(self, owner: str, name: str) -> httpx.Response:  # noqa: N802
        wanted = f"{owner}/{name}".lower()
        for repository in self.repositories.values():
            if repository["nameWithOwner"].lower() == wanted:
                return data({"repository": repository})
        return data({"repository": None}, problem("NOT_FOUND", "repository"))

    def RepositoriesById(self, ids: list[str]) -> httpx.Response:  # noqa: N802
        rows = [self.repositories.get(node_id) for node_id in ids]
        gone = [problem("NOT_FOUND", "nodes", i) for i, row in enumerate(rows) if row is None]
        return data({"nodes": rows}, *gone)

    def Members(self, login: str, after: str | None) -> httpx.Response:  # noqa: N802
        members = page(self.members, int(after or 0), 2)
        return data({"organization": {"membersWithRole": members}})

    def PullRequestKeys(  # noqa: N802
        self,
        repository: str,
        first: int,
        after: str | None,
        counting: str,
        isCounted: bool,  # noqa: N803
    ) -> httpx.Response:
        rows = sorted(
            self.pull_requests[repository],
            key=lambda one: (one["updatedAt"], one["number"]),
            reverse=True,
        )
        if after:  # by value, as GitHub's cursors: what moved above it is not seen again
            moment, number = after.split("|")
            rows = [o for o in rows if (o["updatedAt"], o["number"]) < (moment, int(number))]
        cut = rows[:first]
        cursor = f"{cut[-1]['updatedAt']}|{cut[-1]['number']}" if cut else None
        listed = {
            "pageInfo": {"hasNextPage": len(rows) > first, "endCursor": cursor},
            "nodes": [{k: one[k] for k in ("id", "number", "updatedAt")} for one in cut],
        }
        counted = {"search": {"issueCount": self._count(counting)}} if isCounted else {}
        return data({"node": {"pullRequests": listed}, **counted})

    def _count(self, counting: str) -> int:
        name, since = re.fullmatch(r"repo:(\S+) is:pr updated:>=(\S+)", counting).groups()
        node_id = next(k for k, row in self.repositories.items() if row["nameWithOwner"] == name)
        return sum(one["updatedAt"] >= since for one in self.pull_requests[node_id])

    def PullRequestDetails(  # noqa: N802
        self, ids: list[str], commits: bool, files: bool
    ) -> httpx.Response:
        by_id = {one["id"]: one for rows in self.pull_requests.values() for one in rows}
        found = [self._details(by_id.get(node_id), commits, files) for node_id in ids]
        gone = [problem("NOT_FOUND", "nodes", i) for i, one in enumerate(found) if one is None]
        return data({"nodes": found}, *gone)

    def _details(
        self, one: dict[str, Any] | None, commits: bool, files: bool
    ) -> dict[str, Any] | None:
        if one is None:
            return None
        lists = {k: page(one[k]["nodes"], 0, first) for k, first in self.FIRST.items() if one[k]}
        skipped = {name for name, wanted in (("commits", commits), ("files", files)) if not wanted}
        return {key: value for key, value in {**one, **lists}.items() if key not in skipped}

    def _more_lists(self, query: str, first: int, **places: Any) -> httpx.Response:
        lists = re.findall(r"list(\d+): node\(id: \$id\d+\) { ... on PullRequest { (\w+)", query)
        found = {
            f"list{n}": self._more(name, places[f"id{n}"], first, places[f"after{n}"]).json()[
                "data"
            ]["node"]
            for n, name in lists
        }
        return data(found)

    def _more(self, name: str, id: str, first: int, after: str | None) -> httpx.Response:  # noqa: A002
        by_id = {one["id"]: one for rows in self.pull_requests.values() for one in rows}
        return data({"node": {name: page(by_id[id][name]["nodes"], int(after or 0), first)}})


def page(rows: list[Any], start: int, first: int) -> dict[str, Any]:
    end = start + first
    return {
        "totalCount": len(rows),
        "pageInfo": {"hasNextPage": end < len(rows), "endCursor": str(end)},
        "nodes": rows[start:end],
    }


def data(content: dict[str, Any], *problems: dict[str, Any]) -> httpx.Response:
    body: dict[str, Any] = {"data": content}
    if problems:
        body["errors"] = list(problems)
    # Escaped as GitHub does: a lone surrogate has no other way through HTTP.
    return httpx.Response(200, text=json.dumps(body))


def problem(kind: str, *path: str | int, **extra: Any) -> dict[str, Any]:
    return {"type": kind, "path": list(path), "message": f"{kind} at {path}", **extra}
