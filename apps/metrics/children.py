"""What hangs on pull requests, read for many of them at once: reviews, commits, files, reverts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import F, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from apps.github.models import ChangedFile, Commit, Person, PullRequest, Review
from apps.metrics.reverts import MESSAGE
from apps.metrics.written_by_hand import is_written_by_hand

APPROVED = "APPROVED"
#: A dismissed review keeps no verdict at GitHub, and a pending one is not submitted.
SUBMITTED = (APPROVED, "CHANGES_REQUESTED", "COMMENTED")
WHOLE_OIDS = (40, 64)  # digits: of SHA-1, of SHA-256
OIDS_A_STATEMENT = 200
#: The first commit of Git's own history; https://git-scm.com/book/en/v2/Getting-Started-A-Short-History-of-Git
GIT_BEGAN = datetime(2005, 4, 7, tzinfo=UTC)

PullRequests = QuerySet[PullRequest]


class HumanReview(NamedTuple):
    """A submitted review by a person who is not the pull request's author."""

    reviewer: int  #: primary key of the Person
    at: datetime
    approved: bool


def reviews_of(pull_requests: PullRequests) -> dict[int, list[HumanReview]]:
    """
    Pull request → the reviews that people submitted, oldest first.

    Neither those of apps, nor of accounts on the team's own list of bots, nor of the author, under
    whichever account.
    """
    by_pull_request: defaultdict[int, list[HumanReview]] = defaultdict(list)
    person = Coalesce("author__same_as_id", "author_id")
    rows = (
        Review.objects.filter(
            pull_request__in=pull_requests.values("pk"),
            author__kind=Person.Kind.USER,
            state__in=SUBMITTED,
        )
        .exclude(author__counts_as_bot=True)
        .annotate(
            person=person,
            by=Coalesce("pull_request__author__same_as_id", "pull_request__author_id"),
        )
        .exclude(person=F("by"))
        .order_by("submitted_at", "pk")
        .values_list("pull_request_id", "person", "submitted_at", "state")
    )
    for pull_request, reviewer, at, state in rows.iterator():
        by_pull_request[pull_request].append(HumanReview(reviewer, at, state == APPROVED))
    return by_pull_request


def first_commits_of(merged: PullRequests) -> dict[int, datetime | None]:
    """
    Pull request → when its first commit was authored.

    Without those whose clock was wrong for certain: one commit "of 1970" says nothing about the
    others. Whether the first of the rest can be believed, `flow_of` decides.
    """
    return dict(
        Commit.objects.filter(pull_request__in=merged.values("pk"), authored_at__gte=GIT_BEGAN)
        .values_list("pull_request_id")
        .annotate(Min("authored_at"))
    )


def commits_between_reviews(merged: PullRequests) -> dict[int, list[datetime]]:
    """When commits were committed, of pull requests with several reviews: others have one round."""
    committed: defaultdict[int, list[datetime]] = defaultdict(list)
    rows = Commit.objects.filter(
        pull_request__in=merged.filter(reviews_total__gte=2).values("pk"),
        committed_at__isnull=False,
    ).values_list("pull_request_id", "committed_at")
    for pull_request, at in rows.iterator():
        if at is not None:
            committed[pull_request].append(at)
    return committed


def lines_by_hand(merged: PullRequests) -> dict[int, int]:
    """
    Pull request → changed lines without generated files; no entry where a file is missing.

    GitHub lists 3,000 files and says of no other that it left them out: its own total of the list
    is 3,000 then, too. Only the number of changed files tells.
    """
    lines: defaultdict[int, int] = defaultdict(int)
    missing: dict[int, int] = {}
    rows = ChangedFile.objects.filter(pull_request__in=merged.values("pk")).values_list(
        "pull_request_id", "path", "additions", "deletions", "pull_request__changed_files"
    )
    for pull_request, path, additions, deletions, changed in rows.iterator():
        lines[pull_request] += additions + deletions if is_written_by_hand(path) else 0
        missing[pull_request] = missing.get(pull_request, changed) - 1
    return {
        pull_request: count for pull_request, count in lines.items() if missing[pull_request] <= 0
    }


def bodies_of_reverts(merged: PullRequests) -> dict[int, str]:
    """The bodies that speak of "Reverts", of merged ones."""
    return dict(merged.filter(body__contains="Reverts ").values_list("pk", "body"))


def undone_by_commits(merged: PullRequests) -> dict[int, set[int]]:
    """
    Pull request → those with a commit that a message of its commits says is reverted.

    In two statements up to OIDS_A_STATEMENT reverted commits; one where nothing is reverted. A
    squash's or merge's own commit is no commit of its pull request, so it is not found by this way.
    """
    said: defaultdict[str, set[int]] = defaultdict(set)  # what is named → by which pull requests
    messages = Commit.objects.filter(
        pull_request__in=merged.values("pk"), message__contains="This reverts commit"
    ).values_list("pull_request_id", "message")
    for pull_request, message in messages.iterator():
        for oid in MESSAGE.findall(message):
            said[oid].add(pull_request)
    undone: defaultdict[int, set[int]] = defaultdict(set)
    for oid, original in _with_oids(merged, sorted(said)):
        for length in {len(named) for named in said}:
            for revert in said.get(oid[:length], set()) - {original}:
                undone[revert].add(original)
    return undone


def _with_oids(merged: PullRequests, named: Sequence[str]) -> Iterator[tuple[str, int]]:
    """
    The commits that are named, and whose they are.

    Git names them in full, people cut them short: these are looked for one by one in each commit,
    and cost as much.
    """
    commits = Commit.objects.filter(pull_request__in=merged.values("pk"))
    for start in range(0, len(named), OIDS_A_STATEMENT):
        some = named[start : start + OIDS_A_STATEMENT]
        whole = Q(oid__in=[oid for oid in some if len(oid) in WHOLE_OIDS])
        short = (Q(oid__startswith=oid) for oid in some if len(oid) not in WHOLE_OIDS)
        found = commits.filter(reduce(or_, short, whole))
        yield from found.values_list("oid", "pull_request_id").iterator()
