"""What the database knows about a team's pull requests, as plain data for formulas and rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from apps.github.models import Person, PullRequest
from apps.llm.models import PullRequestAnalysis
from apps.metrics.children import (
    HumanReview,
    bodies_of_reverts,
    commits_between_reviews,
    first_commits_of,
    lines_by_hand,
    reviews_of,
    undone_by_commits,
)
from apps.metrics.formulas import Flow, flow_of, is_reverted, review_rounds
from apps.metrics.hotfixes import IsHotfix, hotfix_rule
from apps.metrics.models import CountingRules
from apps.metrics.reverts import Merge, reverts

AiClass = PullRequestAnalysis.AiClass


@dataclass(frozen=True)
class Facts:
    """One pull request, as far as metrics and insights look at it."""

    pk: int
    repository: str
    number: int
    author: int  #: primary key of the Person; of the one under which merged accounts are counted
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
    repository_id: int = 0
    closed_at: datetime | None = None  #: of merged ones too
    fetched_at: datetime | None = None  #: when GitHub told all this
    is_own_bot: bool = False  #: its account is on the team's own list of bots
    rounds: int | None = None  #: of merged ones, see `review_rounds`
    reverted_at: datetime | None = None  #: when the first revert of it was merged, however late
    is_hotfix: bool | None = None  #: by the team's own words; None without any

    @property
    def by_person(self) -> bool:
        """Written by a person. A deleted account was one."""
        return not self.is_own_bot and self.author_kind in (Person.Kind.USER, Person.Kind.GHOST)

    @property
    def by_agent(self) -> bool:
        """Written by a coding agent under its own account, not by Dependabot and its like."""
        return not self.by_person and self.ai_class == AiClass.AGENT

    @property
    def is_reverted(self) -> bool:
        """Merged, and undone soon after."""
        return self.merged_at is not None and is_reverted(self.merged_at, self.reverted_at)

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
    only: Collection[int] | None = None,
    reverted: Mapping[int, datetime] | None = None,
) -> list[Facts]:
    """
    Every pull request of these repositories that was touched since then or is still open.

    Eight or nine statements whatever their number; one less without sizes, `size` is then None
    everywhere. Ordered by repository and number, so that two runs over the same rows see the same.

    :param repositories: primary keys; None: those that the team has selected.
    :param only: primary keys of the pull requests that are wanted; their reverts may be others.
    :param reverted: what `reverted_among` says, where that is known already.
    """
    touched = Q(updated_at__gte=since) | Q(merged_at__gte=since) | Q(state=PullRequest.State.OPEN)
    looked_at = (
        Q(repository__is_selected=True) if repositories is None else Q(repository__in=repositories)
    )
    known = PullRequest.objects.filter(touched, looked_at, team_id=team_id)
    pull_requests = known if only is None else known.filter(pk__in=only)
    merged = pull_requests.filter(merged_at__isnull=False)
    words = CountingRules.objects.filter(team_id=team_id).values_list("hotfix_words", flat=True)
    read = _Children(
        reviews=reviews_of(pull_requests),
        first_commits=first_commits_of(merged),
        commits=commits_between_reviews(merged),
        lines=lines_by_hand(merged) if with_sizes else None,
        reverted=reverted_among(known) if reverted is None else reverted,
        is_hotfix=hotfix_rule(words.first() or ()),
    )
    rows = pull_requests.order_by("repository_id", "number").annotate(**PERSON).values(*COLUMNS)
    return [_facts(row, read) for row in rows.iterator()]


@dataclass(frozen=True)
class _Children:
    reviews: Mapping[int, Sequence[HumanReview]]
    first_commits: Mapping[int, datetime | None]
    commits: Mapping[int, Sequence[datetime]]
    lines: Mapping[int, int] | None
    reverted: Mapping[int, datetime]
    is_hotfix: IsHotfix | None


def reverted_among(known: QuerySet[PullRequest]) -> dict[int, datetime]:
    """Pull request → the merge of its first revert, of all that have one; three statements."""
    merged = known.filter(merged_at__isnull=False)
    names = merged.values_list(
        "pk", "repository__name_with_owner", "number", "title", "head_ref", "merged_at"
    )
    merges = [
        Merge(pk, repository, number, title, head_ref, at)
        for pk, repository, number, title, head_ref, at in names.iterator()
        if at
    ]
    return reverts(merges, bodies=bodies_of_reverts(merged), undone=undone_by_commits(merged))


#: Of accounts that are one person, the one under which it is counted decides what it is.
PERSON = {
    "person": Coalesce("author__same_as_id", "author_id"),
    "person_kind": Coalesce("author__same_as__kind", "author__kind"),
    "is_own_bot": Coalesce("author__same_as__counts_as_bot", "author__counts_as_bot"),
}

COLUMNS = (
    "pk",
    "number",
    "title",
    "head_ref",
    "labels",
    "person",
    "person_kind",
    "is_own_bot",
    "state",
    "is_draft",
    "base_ref",
    "changed_files",
    "truncated",
    "created_at",
    "updated_at",
    "ready_at",
    "merged_at",
    "closed_at",
    "fetched_at",
    "repository_id",
    "repository__name_with_owner",
    "repository__default_branch",
    "analysis__ai_class",
)


def _facts(row: dict[str, Any], read: _Children) -> Facts:
    pk, reviews = row["pk"], tuple(read.reviews.get(row["pk"], ()))
    flow = _flow(row, reviews, read.first_commits.get(pk)) if row["merged_at"] else None
    return Facts(
        pk=pk,
        repository=row["repository__name_with_owner"],
        repository_id=row["repository_id"],
        number=row["number"],
        author=row["person"],
        author_kind=row["person_kind"],
        is_own_bot=row["is_own_bot"],
        state=row["state"],
        is_draft=row["is_draft"],
        is_to_default_branch=row["repository__default_branch"] in ("", row["base_ref"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        closed_at=row["closed_at"],
        fetched_at=row["fetched_at"],
        ready_at=row["ready_at"],
        merged_at=row["merged_at"],
        ai_class=row["analysis__ai_class"] or AiClass.UNDECIDED,
        reviews=reviews,
        flow=flow,
        rounds=_rounds(row, flow, reviews, read.commits.get(pk, ())),
        size=_size(row, read.lines),
        truncated=tuple(row["truncated"]),
        reverted_at=read.reverted.get(pk),
        is_hotfix=_is_hotfix(row, read.is_hotfix),
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


def _rounds(
    row: dict[str, Any],
    flow: Flow | None,
    reviews: Sequence[HumanReview],
    commits: Sequence[datetime],
) -> int | None:
    if flow is None or "commits" in row["truncated"]:
        return None
    return review_rounds(reviews=[review.at for review in reviews], commits=commits, flow=flow)


def _size(row: dict[str, Any], lines: Mapping[int, int] | None) -> int | None:
    if lines is None or row["merged_at"] is None or "files" in row["truncated"]:
        return None
    return 0 if row["changed_files"] == 0 else lines.get(row["pk"])


def _is_hotfix(row: dict[str, Any], rule: IsHotfix | None) -> bool | None:
    return None if rule is None else rule(row["title"], row["head_ref"], row["labels"])
