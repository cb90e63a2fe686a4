"""What the database knows about a team's pull requests, as plain data for formulas and rules."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Min, Q, QuerySet

from apps.github.models import ChangedFile, Commit, Person, PullRequest, Review
from apps.llm.models import PullRequestAnalysis
from apps.metrics.formulas import Flow, flow_of
from apps.metrics.written_by_hand import is_written_by_hand

AiClass = PullRequestAnalysis.AiClass
APPROVED = "APPROVED"
#: A dismissed review keeps no verdict at GitHub, and a pending one is not submitted.
SUBMITTED = (APPROVED, "CHANGES_REQUESTED", "COMMENTED")


class HumanReview(NamedTuple):
    """A submitted review by a person who is not the pull request's author."""

    reviewer: int  #: primary key of the Person
    at: datetime
    approved: bool


@dataclass(frozen=True)
class Facts:
    """One pull request, as far as metrics and insights look at it."""

    pk: int
    repository: str
    number: int
    author: int  #: primary key of the Person
    author_kind: str
    state: str
    is_draft: bool
    is_to_default_branch: bool  #: True too where the default branch is not known
    created_at: datetime
    updated_at: datetime
    ready_at: datetime | None
    merged_at: datetime | None
    ai_class: str
    reviews: tuple[HumanReview, ...]
    flow: Flow | None  #: of merged ones
    size: int | None  #: changed lines written by hand; None if its files are not all stored
    truncated: tuple[str, ...] = ()  #: of "commits", "reviews", "files": not all of them are stored

    @property
    def by_person(self) -> bool:
        """Written by a person. A deleted account was one."""
        return self.author_kind in (Person.Kind.USER, Person.Kind.GHOST)

    @property
    def by_agent(self) -> bool:
        """Written by a coding agent under its own account, not by Dependabot and its like."""
        return not self.by_person and self.ai_class == AiClass.AGENT

    @property
    def reviews_known(self) -> bool:
        return "reviews" not in self.truncated

    @property
    def is_cut(self) -> bool:
        """Whether its stages or its start are unknown, GitHub not having handed over all of it."""
        return not {"reviews", "commits"}.isdisjoint(self.truncated)

    @property
    def is_open(self) -> bool:
        return self.state == PullRequest.State.OPEN

    @property
    def is_ai_assisted(self) -> bool:
        """Classes A and B, the headline's."""
        return self.ai_class in (AiClass.AGENT, AiClass.DECLARED)

    @property
    def is_decided(self) -> bool:
        return self.ai_class != AiClass.UNDECIDED


def load(
    team_id: int,
    *,
    since: datetime,
    with_sizes: bool = True,
    repositories: Collection[int] | None = None,
) -> list[Facts]:
    """
    Every pull request of these repositories that was touched since then or is still open.

    Four statements whatever their number; three without sizes, `size` is then None everywhere.
    Ordered by repository and number, so that two runs over the same rows see the same.

    :param repositories: primary keys; None: those that the team has selected.
    """
    touched = Q(updated_at__gte=since) | Q(merged_at__gte=since) | Q(state=PullRequest.State.OPEN)
    looked_at = (
        Q(repository__is_selected=True) if repositories is None else Q(repository__in=repositories)
    )
    pull_requests = PullRequest.objects.filter(touched, looked_at, team_id=team_id)
    merged = pull_requests.filter(merged_at__isnull=False)
    reviews = _reviews(pull_requests)
    first_commits = _first_commits(merged)
    lines = _lines_by_hand(merged) if with_sizes else None
    return [
        _facts(row, reviews.get(row["pk"], ()), first_commits.get(row["pk"]), lines)
        for row in pull_requests.order_by("repository_id", "number").values(*COLUMNS).iterator()
    ]


COLUMNS = (
    "pk",
    "number",
    "author_id",
    "author__kind",
    "state",
    "is_draft",
    "base_ref",
    "changed_files",
    "truncated",
    "created_at",
    "updated_at",
    "ready_at",
    "merged_at",
    "repository__name_with_owner",
    "repository__default_branch",
    "analysis__ai_class",
)


def _facts(
    row: dict[str, Any],
    reviews: Sequence[HumanReview],
    first_commit: datetime | None,
    lines: dict[int, int] | None,
) -> Facts:
    return Facts(
        pk=row["pk"],
        repository=row["repository__name_with_owner"],
        number=row["number"],
        author=row["author_id"],
        author_kind=row["author__kind"],
        state=row["state"],
        is_draft=row["is_draft"],
        is_to_default_branch=row["repository__default_branch"] in ("", row["base_ref"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        ready_at=row["ready_at"],
        merged_at=row["merged_at"],
        ai_class=row["analysis__ai_class"] or AiClass.UNDECIDED,
        reviews=tuple(reviews),
        flow=_flow(row, reviews, first_commit) if row["merged_at"] else None,
        size=_size(row, lines),
        truncated=tuple(row["truncated"]),
    )


def _flow(
    row: dict[str, Any], reviews: Sequence[HumanReview], first_commit: datetime | None
) -> Flow:
    return flow_of(
        created=row["created_at"],
        ready=row["ready_at"],
        merged=row["merged_at"],
        first_commit=None if "commits" in row["truncated"] else first_commit,
        reviews=[review.at for review in reviews],
        approvals=[review.at for review in reviews if review.approved],
        reviews_known="reviews" not in row["truncated"],
    )


def _size(row: dict[str, Any], lines: dict[int, int] | None) -> int | None:
    if lines is None or row["merged_at"] is None or "files" in row["truncated"]:
        return None
    return 0 if row["changed_files"] == 0 else lines.get(row["pk"])


def _reviews(pull_requests: QuerySet[PullRequest]) -> dict[int, list[HumanReview]]:
    by_pull_request: defaultdict[int, list[HumanReview]] = defaultdict(list)
    rows = (
        Review.objects.filter(
            pull_request__in=pull_requests.values("pk"),
            author__kind=Person.Kind.USER,
            state__in=SUBMITTED,
        )
        .exclude(author_id=F("pull_request__author_id"))
        .order_by("submitted_at", "pk")
        .values_list("pull_request_id", "author_id", "submitted_at", "state")
    )
    for pull_request, reviewer, at, state in rows.iterator():
        by_pull_request[pull_request].append(HumanReview(reviewer, at, state == APPROVED))
    return by_pull_request


def _first_commits(merged: QuerySet[PullRequest]) -> dict[int, datetime | None]:
    return dict(
        Commit.objects.filter(pull_request__in=merged.values("pk"))
        .values_list("pull_request_id")
        .annotate(Min("authored_at"))
    )


def _lines_by_hand(merged: QuerySet[PullRequest]) -> dict[int, int]:
    """Pull request → changed lines without generated files; no entry where no file is stored."""
    lines: defaultdict[int, int] = defaultdict(int)
    rows = ChangedFile.objects.filter(pull_request__in=merged.values("pk")).values_list(
        "pull_request_id", "path", "additions", "deletions"
    )
    for pull_request, path, additions, deletions in rows.iterator():
        lines[pull_request] += additions + deletions if is_written_by_hand(path) else 0
    return lines
