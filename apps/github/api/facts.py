"""What GitHub tells, as frozen dataclasses: between its JSON (payloads) and our rows (storing)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from apps.github.api.addresses import KeptAddress

Item = TypeVar("Item")

#: The lists of a pull request, each fetched to its end or named in `truncated`.
CHILDREN = ("labels", "reviews", "commits", "files")


@dataclass(frozen=True)
class Account:
    """
    Somebody at GitHub. `kind` is a value of `Person.Kind`; a deleted account is the ghost.

    Organisations and mannequins (of imported pull requests) count as users: no app wrote for them.
    """

    login: str
    kind: str = "user"
    github_id: int | None = None
    name: str = ""

    @property
    def identity(self) -> str:
        """What tells it from all others for good: logins are changed, and taken by others then."""
        if self.kind == "ghost":
            return self.kind
        if self.github_id is None:
            return nameless(self.kind, self.login)
        return f"{self.kind}:{self.github_id}"


def nameless(kind: str, login: str) -> str:
    """The identity of an account of which GitHub tells no id."""
    return f"{kind}:@{login}"


GHOST = Account(login="ghost", kind="ghost")


@dataclass(frozen=True)
class Owner:
    """An account that has repositories; `kind` is a value of `Connection.AccountType`."""

    login: str
    kind: str
    github_id: int | None
    name: str


@dataclass(frozen=True)
class Repository:
    node_id: str
    github_id: int | None
    name_with_owner: str
    default_branch: str
    is_private: bool
    is_archived: bool
    is_fork: bool
    is_disabled: bool
    pushed_at: datetime | None


@dataclass(frozen=True)
class Key:
    """A pull request as the light key pass lists it."""

    node_id: str
    number: int
    updated_at: datetime


@dataclass(frozen=True)
class Page(Generic[Item]):
    """
    Some items of a list, the cursor behind them, and GitHub's total (0 where it gives none).

    `is_last` is False also for a list that did not come at all: it has to be asked for again.
    """

    items: tuple[Item, ...] = ()
    total: int = 0
    cursor: str = ""
    is_last: bool = False

    def followed_by(self, page: "Page[Item]") -> "Page[Item]":
        return replace(page, items=self.items + page.items)


@dataclass(frozen=True)
class Review:
    node_id: str
    author: Account
    state: str
    submitted_at: datetime


@dataclass(frozen=True)
class Commit:
    oid: str
    message: str
    authored_at: datetime | None
    committed_at: datetime | None
    author_name: str
    author_login: str
    author_address: KeptAddress


@dataclass(frozen=True)
class ChangedFile:
    path: str
    additions: int
    deletions: int
    change_type: str


@dataclass(frozen=True)
class PullRequest:
    node_id: str
    github_id: int | None
    number: int
    author: Account
    merged_by: Account | None
    title: str
    body: str
    state: str
    is_draft: bool
    base_ref: str
    head_ref: str
    is_from_fork: bool
    head_repository: str  #: where the branch is; empty where that repository was deleted
    additions: int
    deletions: int
    changed_files: int
    created_at: datetime
    updated_at: datetime
    merged_at: datetime | None
    closed_at: datetime | None
    made_ready: tuple[datetime, ...]  #: each time it was taken out of draft, as far as GitHub told
    labels: Page[str]
    reviews: Page[Review]
    commits: Page[Commit]
    files: Page[ChangedFile]

    @property
    def ready_at(self) -> datetime | None:
        """Since when it has waited for a review, by the reviews that are here; None for a draft."""
        if self.is_draft:
            return None
        first_review = first_human_review(self.reviews.items, self.author)
        return ready_since(self.created_at, self.made_ready, first_review=first_review)

    @property
    def truncated(self) -> list[str]:
        """The lists that are not complete."""
        return [name for name in CHILDREN if not getattr(self, name).is_last]


def ready_since(
    created_at: datetime, made_ready: Sequence[datetime], *, first_review: datetime | None
) -> datetime:
    """
    Since when a pull request has waited for its first review.

    The last time it was made ready before the review. One that was reviewed as a draft counts from
    the first time it was made ready, one that never was a draft from its creation.
    """
    if not made_ready:
        return created_at
    before = [at for at in made_ready if first_review is None or at <= first_review]
    return max(before) if before else min(made_ready)


def first_human_review(reviews: Iterable[Review], author: Account) -> datetime | None:
    """When somebody who is not the author, and no bot, first reviewed."""
    return min(
        (
            review.submitted_at
            for review in reviews
            if review.author.kind == "user" and review.author.identity != author.identity
        ),
        default=None,
    )
