"""What Jira answers, as plain values. The only place that knows its shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: Of each issue; nothing that somebody has written, and nobody's name.
FIELDS = (
    "project",
    "issuetype",
    "status",
    "created",
    "updated",
    "resolutiondate",
    "statuscategorychangedate",
)
SCOPE = "read:jira-work"
LONGEST_NAME = 255
DONE = "done"  # the key of the category, whatever a site calls its statuses


@dataclass(frozen=True)
class Site:
    """A Jira that a sign-in may read."""

    cloud_id: str
    name: str
    url: str


@dataclass(frozen=True)
class Project:
    jira_id: str
    key: str
    name: str


@dataclass(frozen=True)
class Issue:
    jira_id: str
    key: str
    project_id: str
    project_key: str
    kind: str  #: "Story", as the site calls it
    level: int  #: 0: a story, a task, a bug; below: part of one; above: an epic and more
    status: str
    category: str  #: of the status: "new", "indeterminate" or "done"
    created_at: datetime
    updated_at: datetime
    done_at: datetime | None  #: since when it is in a status of the category "done"


@dataclass(frozen=True)
class IssuePage:
    issues: tuple[Issue, ...]
    next_token: str  #: empty on the last page


def sites(rows: Any) -> list[Site]:
    """Those in which Jira may be read; a grant may be for Confluence as well."""
    return [
        Site(str(row["id"]), str(row["name"])[:LONGEST_NAME], _https(str(row["url"])))
        for row in rows
        if SCOPE in row.get("scopes", ())
    ]


def project(row: Mapping[str, Any]) -> Project:
    key = str(row["key"])
    return Project(str(int(row["id"])), key, str(row.get("name") or key)[:LONGEST_NAME])


def issue(row: Mapping[str, Any]) -> Issue:
    fields = row["fields"]
    kind, status = fields["issuetype"], fields["status"]
    category = str(status["statusCategory"]["key"])
    return Issue(
        jira_id=str(int(row["id"])),
        key=str(row["key"]),
        project_id=str(int(fields["project"]["id"])),
        project_key=str(fields["project"]["key"]),
        kind=str(kind["name"])[:LONGEST_NAME],
        level=_level(kind),
        status=str(status["name"])[:LONGEST_NAME],
        category=category,
        created_at=_moment(fields["created"]),
        updated_at=_moment(fields["updated"]),
        done_at=_done_at(fields) if category == DONE else None,
    )


def issue_page(body: Mapping[str, Any]) -> IssuePage:
    """
    The last page has no token, and may say `isLast`, which is not always told.

    https://jira.atlassian.com/browse/JRACLOUD-92184
    """
    found = tuple(issue(row) for row in body["issues"])
    token = "" if body.get("isLast") is True else str(body.get("nextPageToken") or "")
    return IssuePage(found, token)


def _level(kind: Mapping[str, Any]) -> int:
    level = kind.get("hierarchyLevel")
    return int(level) if level is not None else -1 if kind.get("subtask") else 0


def _done_at(fields: Mapping[str, Any]) -> datetime:
    """Workflows of team-managed projects set no resolution; the category changes in every one."""
    said = fields.get("resolutiondate") or fields.get("statuscategorychangedate")
    return _moment(said or fields["updated"])


def _moment(text: str) -> datetime:
    """Jira writes "2026-11-20T09:14:03.512+0100"."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def _https(url: str) -> str:
    """Only such an address becomes a link."""
    return url.rstrip("/") if url.startswith(("https://", "http://")) else ""
