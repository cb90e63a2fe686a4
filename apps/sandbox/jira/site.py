"""An invented Jira site: projects and issues, as the pull requests of the world suggest them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from threading import RLock
from types import MappingProxyType

from apps.sandbox.mentions import mention_of
from apps.sandbox.records import PullRequest, World

#: Key → name. The first three belong to repositories, OPS has work without code, the others none.
PROJECTS: Mapping[str, str] = MappingProxyType(
    {
        "HARB": "Harbor API",
        "LAN": "Lantern web",
        "TIDE": "Tide pipelines",
        "OPS": "Operations",
        "DES": "Design system",
        "SUP": "Support desk",
        "MKT": "Marketing",
        "HR": "People",
        "LEGAL": "Contracts",
        "FIN": "Billing and finance",
        "DOCS": "Handbook",
        "SEC": "Security",
        "RES": "Customer research",
        "SAND": "Everybody's sandbox",
    }
)
STATUSES = {"new": "To Do", "indeterminate": "In Progress", "done": "Done"}
LEVELS = {"Epic": 1, "Story": 0, "Task": 0, "Bug": 0, "Sub-task": -1}
_WITHOUT_CODE = 70  # issues of OPS; work that no pull request shows
_KIND_OF_LABEL = {"bug": "Bug", "enhancement": "Story"}


@dataclass(frozen=True)
class SandboxProject:
    id: int
    key: str
    name: str


@dataclass(frozen=True)
class SandboxIssue:
    id: int
    key: str
    kind: str
    category: str
    created: datetime
    updated: datetime
    resolved: datetime | None = None  # team-managed projects have no resolution

    @property
    def project_key(self) -> str:
        return self.key.rpartition("-")[0]


class JiraSite:
    """What a test may change while the server runs: `put`, `delete`, `move`, `drop_project`."""

    def __init__(self, world: World) -> None:
        self.cloud_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
        self.name = world.organization.login
        self.url = f"https://{self.name}.atlassian.example"
        self.is_gone = False
        self.others: list[dict[str, object]] = []  # sites that the sign-in may read as well
        self.projects = {
            key: SandboxProject(10_001 + place, key, name)
            for place, (key, name) in enumerate(PROJECTS.items())
        }
        self._issues: dict[int, SandboxIssue] = {}
        self._moved: dict[str, str] = {}
        self._lock = RLock()
        for issue in (*_of_pull_requests(world), *_without_code(world.now)):
            self._issues[issue.id] = issue

    @property
    def issues(self) -> list[SandboxIssue]:
        with self._lock:
            return list(self._issues.values())

    def issue(self, named: str) -> SandboxIssue | None:
        """By key or id, also by a key that it had before it was moved."""
        key = named.upper()
        with self._lock:
            key = self._moved.get(key, key)
            return next((each for each in self.issues if key in (each.key, str(each.id))), None)

    def in_project(self, project_id: int) -> list[SandboxIssue]:
        """The longest untouched first."""
        key = next((each.key for each in self.projects.values() if each.id == project_id), None)
        found = [issue for issue in self.issues if issue.project_key == key]
        return sorted(found, key=lambda issue: (issue.updated, issue.id))

    def put(self, issue: SandboxIssue) -> SandboxIssue:
        with self._lock:
            self._issues[issue.id] = issue
        return issue

    def delete(self, key: str) -> None:
        with self._lock:
            if issue := self.issue(key):
                del self._issues[issue.id]

    def move(self, key: str, new_key: str) -> None:
        """Into another project, or under another key; the old one still leads to it."""
        with self._lock:
            if issue := self.issue(key):
                self._moved[issue.key] = new_key
                self._issues[issue.id] = replace(issue, key=new_key)

    def rename_project(self, key: str, new_key: str) -> None:
        with self._lock:
            project = self.projects.pop(key)
            self.projects[new_key] = replace(project, key=new_key)
            for issue in self.issues:
                if issue.project_key == key:
                    self.move(issue.key, f"{new_key}-{issue.key.rpartition('-')[2]}")

    def drop_project(self, key: str) -> None:
        with self._lock:
            del self.projects[key]
            for issue in self.issues:
                if issue.project_key == key:
                    del self._issues[issue.id]


def _of_pull_requests(world: World) -> Iterable[SandboxIssue]:
    """An issue for each key that a pull request names; done some hours after the last merge."""
    named: dict[str, list[PullRequest]] = {}
    for pull in world.pull_requests:
        mention = mention_of(pull.repository.name, pull.number)
        is_by_person = pull.author is not None and pull.author.typename == "User"
        if mention and is_by_person and not pull.title.startswith("Revert "):
            named.setdefault(mention.key, []).append(pull)
    for key, pulls in named.items():
        yield _about(key, pulls, world.now)


def _about(key: str, pulls: list[PullRequest], now: datetime) -> SandboxIssue:
    first = min(pull.created_at for pull in pulls)
    touched = max(pull.updated_at for pull in pulls)
    created = first - timedelta(hours=6 + _hash(key, 240))
    kind = next((_KIND_OF_LABEL.get(each.name) for each in pulls[0].labels), None)
    kind = kind or ("Task", "Story", "Bug", "Sub-task", "Task")[_hash(key, 5)]
    category, resolved = "indeterminate", None
    if all(pull.state != "OPEN" for pull in pulls):
        ended = touched + timedelta(hours=1 + _hash(key, 40))
        if ended < now:
            category, resolved = "done", ended
    return SandboxIssue(_id(key), key, kind, category, created, resolved or touched, resolved)


def _without_code(now: datetime) -> Iterable[SandboxIssue]:
    for number in range(1, _WITHOUT_CODE + 1):
        key = f"OPS-{number}"
        created = now - timedelta(days=100 - number, hours=_hash(key, 24))
        ended = created + timedelta(days=2 + _hash(key, 20))
        is_done = ended < now and _hash(key, 4) > 0
        kind = "Epic" if number % 20 == 1 else ("Task", "Bug")[_hash(key, 2)]
        category = "done" if is_done else ("new", "indeterminate")[_hash(key, 2)]
        updated = ended if is_done else created + timedelta(hours=5)
        yield SandboxIssue(
            _id(key), key, kind, category, created, updated, ended if is_done else None
        )


def _id(key: str) -> int:
    project, _, number = key.rpartition("-")
    return 100_000 * (1 + list(PROJECTS).index(project)) + int(number)


def _hash(text: str, below: int) -> int:
    """From 0, always the same for one text."""
    return int.from_bytes(sha256(text.encode()).digest()[:4]) % below


def mention_in(pull: PullRequest) -> str:
    """The key that the world's story gives a pull request; empty for none. For tests."""
    mention = mention_of(pull.repository.name, pull.number)
    is_by_person = pull.author is not None and pull.author.typename == "User"
    named = mention and is_by_person and not pull.title.startswith("Revert ")
    return mention.key if mention and named else ""
