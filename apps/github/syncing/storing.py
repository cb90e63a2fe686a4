"""
Pull requests into rows: a batch in a constant number of statements, whatever their number.

Everything here runs inside the caller's `claim.batch()`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from apps.core.changes import tell_changed
from apps.core.plain_insert import Row, insert
from apps.github.api import facts
from apps.github.models import ChangedFile, Commit, PullRequest, Review
from apps.github.syncing.listing import THE_BEGINNING
from apps.github.syncing.people import Identity, People

NaturalKey = tuple[int, int]  # repository, number
NATURAL_KEY = ["repository", "number"]
UPDATED = [
    field.name
    for field in PullRequest._meta.local_concrete_fields
    if not field.primary_key and field.name not in NATURAL_KEY
]


@dataclass(frozen=True)
class Arrived:
    """A fetched pull request and the tracked repository that it belongs to."""

    repository_id: int
    pull_request: facts.PullRequest

    @property
    def natural_key(self) -> NaturalKey:
        return self.repository_id, self.pull_request.number


def store(team_id: int, arrived: Sequence[Arrived], people: People) -> None:
    """
    Write pull requests with their lists; each list is replaced as a whole.

    One that is stored with a later `updated_at` is left as it is, whoever wrote it.
    """
    stored = _stored(arrived)
    fresh = [
        one
        for one in arrived
        if stored.get(one.natural_key, THE_BEGINNING) <= one.pull_request.updated_at
    ]
    if not fresh:
        return
    ids = people.ids_of(account for one in fresh for account in _accounts(one.pull_request))
    rows = PullRequest.objects.bulk_create(
        [_pull_request(team_id, one, ids) for one in fresh],
        update_conflicts=True,
        unique_fields=NATURAL_KEY,
        update_fields=UPDATED,
    )
    _clear([row.pk for row in rows if (row.repository_id, row.number) in stored])
    pairs = [(row.pk, one.pull_request) for row, one in zip(rows, fresh, strict=True)]
    insert(Review, (row for pk, found in pairs for row in _reviews(pk, found, ids)))
    insert(Commit, (row for pk, found in pairs for row in _commits(pk, found)))
    insert(ChangedFile, (row for pk, found in pairs for row in _files(pk, found)))
    tell_changed(team_id)


def _stored(arrived: Sequence[Arrived]) -> dict[NaturalKey, datetime]:
    rows = PullRequest.objects.filter(
        repository_id__in={one.repository_id for one in arrived},
        number__in={one.pull_request.number for one in arrived},
    ).values_list("repository_id", "number", "updated_at")
    return {(repository_id, number): at for repository_id, number, at in rows}


def _accounts(found: facts.PullRequest) -> Iterable[facts.Account]:
    yield found.author
    if found.merged_by is not None:
        yield found.merged_by
    for review in found.reviews.items:
        yield review.author


def _clear(pull_requests: Sequence[int]) -> None:
    if pull_requests:
        for model in (Review, Commit, ChangedFile):
            model.objects.filter(pull_request__in=pull_requests).delete()


def _pull_request(team_id: int, one: Arrived, ids: Mapping[Identity, int]) -> PullRequest:
    found = one.pull_request
    return PullRequest(
        team_id=team_id,
        repository_id=one.repository_id,
        number=found.number,
        node_id=found.node_id,
        github_id=found.github_id,
        author_id=ids[found.author.identity],
        merged_by_id=ids[found.merged_by.identity] if found.merged_by else None,
        title=found.title,
        body=found.body,
        state=found.state[:10],
        is_draft=found.is_draft,
        base_ref=found.base_ref[:255],
        head_ref=found.head_ref[:255],
        is_from_fork=found.is_from_fork,
        head_repository=found.head_repository[:255],
        labels=list(found.labels.items),
        additions=found.additions,
        deletions=found.deletions,
        changed_files=found.changed_files,
        created_at=found.created_at,
        updated_at=found.updated_at,
        merged_at=found.merged_at,
        closed_at=found.closed_at,
        ready_at=found.ready_at,
        commits_total=found.commits.total,
        reviews_total=found.reviews.total,
        files_total=found.files.total,
        truncated=found.truncated,
        fetched_at=timezone.now(),
    )


def _reviews(pk: int, found: facts.PullRequest, ids: Mapping[Identity, int]) -> Iterable[Row]:
    for review in {review.node_id: review for review in found.reviews.items}.values():
        yield {
            "pull_request_id": pk,
            "node_id": review.node_id,
            "author_id": ids[review.author.identity],
            "state": review.state[:20],
            "submitted_at": review.submitted_at,
        }


def _commits(pk: int, found: facts.PullRequest) -> Iterable[Row]:
    for position, commit in enumerate(found.commits.items):
        yield {
            "pull_request_id": pk,
            "position": position,
            "oid": commit.oid,
            "message": commit.message,
            "authored_at": commit.authored_at,
            "committed_at": commit.committed_at,
            "author_name": commit.author_name[:255],
            "author_login": commit.author_login[:100],
            "author_email_hash": commit.author_address.fingerprint,
            "author_tool_email": commit.author_address.tool_address[:255],
        }


def _files(pk: int, found: facts.PullRequest) -> Iterable[Row]:
    for file in {file.path: file for file in found.files.items}.values():
        yield {
            "pull_request_id": pk,
            "path": file.path,
            "additions": file.additions,
            "deletions": file.deletions,
            "change_type": file.change_type[:20],
        }
