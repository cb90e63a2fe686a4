"""
What the sandbox knows about its world: plain, frozen values in GitHub's words.

A field has the name that GitHub's GraphQL gives it, in snake case: `graph` reads them by name.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property


def node_id(prefix: str, *parts: object) -> str:
    """Make an id that looks like GitHub's and says nothing to a reader."""
    packed = urlsafe_b64encode("/".join(map(str, parts)).encode()).decode().rstrip("=")
    return f"{prefix}_kwDO{packed}"


@dataclass(frozen=True)
class Account:
    """A person, an app or an organisation; `typename` is GraphQL's, which tells them apart."""

    typename: str
    login: str
    database_id: int
    name: str | None = None
    email: str = ""

    @property
    def id(self) -> str:
        return node_id(self.typename[0], self.database_id)

    @property
    def url(self) -> str:
        return f"https://github.example/{self.login}"

    @property
    def avatar_url(self) -> str:
        return f"https://github.example/avatars/{self.database_id}"

    @property
    def resource_path(self) -> str:
        return f"/{self.login}"


@dataclass(frozen=True)
class Label:
    name: str
    color: str = "ededed"
    description: str | None = None

    @property
    def id(self) -> str:
        return node_id("LA", self.name)


@dataclass(frozen=True)
class GitActor:
    """Who git says wrote a commit; `user` only where GitHub knows the address."""

    name: str
    email: str
    user: Account | None


@dataclass(frozen=True)
class Commit:
    oid: str
    message: str
    authored_date: datetime
    committed_date: datetime
    author: GitActor

    @property
    def id(self) -> str:
        return node_id("C", self.oid)

    @property
    def message_headline(self) -> str:
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True)
class ChangedFile:
    path: str
    additions: int
    deletions: int
    change_type: str


@dataclass(frozen=True)
class Review:
    full_database_id: int
    author: Account | None
    state: str
    body: str
    submitted_at: datetime
    typename: str = "PullRequestReview"

    @property
    def id(self) -> str:
        return node_id("PRR", self.full_database_id)


@dataclass(frozen=True)
class DraftEvent:
    """A pull request became ready for review, or a draft again; `typename` says which."""

    typename: str
    created_at: datetime
    actor: Account | None

    @property
    def id(self) -> str:
        return node_id("DE", self.typename, self.created_at.timestamp())


@dataclass(frozen=True)
class Ref:
    name: str

    @property
    def id(self) -> str:
        return node_id("REF", self.name)


@dataclass(frozen=True)
class Repository:
    owner: Account
    name: str
    description: str
    language: str
    database_id: int
    created_at: datetime
    pushed_at: datetime
    is_private: bool = False
    is_archived: bool = False
    is_fork: bool = False
    default_branch: str = "main"
    typename: str = "Repository"

    @property
    def id(self) -> str:
        return node_id("R", self.database_id)

    @property
    def name_with_owner(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def url(self) -> str:
        return f"https://github.example/{self.name_with_owner}"

    @property
    def updated_at(self) -> datetime:
        return self.pushed_at

    @property
    def default_branch_ref(self) -> Ref:
        return Ref(self.default_branch)


@dataclass(frozen=True)
class Assistance:
    """The truth about one pull request that no API tells: which tool helped, and how it shows."""

    tool: str
    way: str  # agent, trailer, footer, commit author, branch, box, words


@dataclass(frozen=True)
class PullRequest:
    repository: Repository
    full_database_id: int
    number: int
    title: str
    body: str
    state: str
    is_draft: bool
    created_at: datetime
    updated_at: datetime
    merged_at: datetime | None
    closed_at: datetime | None
    base_ref_name: str
    head_ref_name: str
    author: Account | None
    merged_by: Account | None
    labels: tuple[Label, ...]
    reviews: tuple[Review, ...]
    commits: tuple[Commit, ...]
    files: tuple[ChangedFile, ...]
    timeline_items: tuple[DraftEvent, ...]
    assistance: Assistance | None
    typename: str = "PullRequest"

    @property
    def id(self) -> str:
        return node_id("PR", self.full_database_id)

    @property
    def url(self) -> str:
        return f"{self.repository.url}/pull/{self.number}"

    @property
    def published_at(self) -> datetime:
        return self.created_at

    @property
    def additions(self) -> int:
        return sum(file.additions for file in self.files)

    @property
    def deletions(self) -> int:
        return sum(file.deletions for file in self.files)

    @property
    def changed_files(self) -> int:
        return len(self.files)

    @property
    def merged(self) -> bool:
        return self.merged_at is not None

    @property
    def closed(self) -> bool:
        return self.closed_at is not None


@dataclass(frozen=True)
class World:
    """One organisation as it stands at `now`. The same seed and now give the same world."""

    seed: int
    now: datetime
    organization: Account
    members: tuple[Account, ...]  # the first is its owner, and the viewer of every token
    accounts: Mapping[str, Account]  # everybody, by login in lower case
    repositories: tuple[Repository, ...]
    pull_requests: tuple[PullRequest, ...]  # of all repositories, oldest first

    @cached_property
    def pull_requests_by_id(self) -> Mapping[str, PullRequest]:
        return {pull.id: pull for pull in self.pull_requests}

    @cached_property
    def pull_requests_by_repository(self) -> Mapping[str, tuple[PullRequest, ...]]:
        """Every repository's pull requests, by its name with owner."""
        return {
            repository.name_with_owner: tuple(
                pull for pull in self.pull_requests if pull.repository is repository
            )
            for repository in self.repositories
        }

    def repository(self, owner: str, name: str) -> Repository | None:
        """Find a repository; like GitHub, without regard to case."""
        wanted = f"{owner}/{name}".lower()
        return next((r for r in self.repositories if r.name_with_owner.lower() == wanted), None)
