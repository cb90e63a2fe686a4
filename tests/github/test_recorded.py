"""The 161 recorded pull requests get through the real parser into rows without loss."""

import gzip
import json
from datetime import datetime
from typing import Any

import pytest

from apps.github.api import payloads
from apps.github.api.addresses import keep
from apps.github.models import PullRequest, TrackedRepository
from apps.github.syncing import storing
from apps.github.syncing.people import People
from tests.factories import TeamFactory
from tests.journeys.stand_ins import SHARED, needs_shared

pytestmark = [pytest.mark.shared, needs_shared, pytest.mark.django_db]


def recorded() -> list[dict[str, Any]]:
    with gzip.open(SHARED / "github" / "recorded" / "pages.jsonl.gz", "rt") as lines:
        answers = [json.loads(line)["response"]["data"]["repository"] for line in lines]
    by_number = {raw["number"]: raw for a in answers for raw in a["pullRequests"]["nodes"]}
    return list(by_number.values())


@pytest.fixture
def rows(db) -> dict[int, PullRequest]:
    team = TeamFactory()
    repository = TrackedRepository.objects.create(team=team, name_with_owner="apache/devlake")
    arrived = [storing.Arrived(repository.pk, payloads.pull_request(raw)) for raw in recorded()]
    storing.store(team.pk, arrived, People(team.pk))
    found = PullRequest.objects.select_related("author", "merged_by").prefetch_related(
        "reviews__author", "commits", "files"
    )
    return {row.number: row for row in found}


def test_nothing_is_lost(rows):
    raws = recorded()

    assert len(rows) == len(raws) == 161
    for raw in raws:
        assert as_recorded(rows[raw["number"]]) == expected(raw), raw["number"]


def test_ids_beyond_32_bits_are_there_as_they_came(rows):
    row = next(iter(rows.values()))
    row.github_id = 2**31 + 5
    row.save()

    assert PullRequest.objects.get(pk=row.pk).github_id == 2**31 + 5


def expected(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        "github_id": raw["databaseId"],
        "title": raw["title"],
        "body": raw["body"].replace("\x00", "\ufffd"),
        "state": raw["state"].lower(),
        "is_draft": raw["isDraft"],
        "author": (raw["author"] or {"login": "ghost"})["login"],
        "author_id": (raw["author"] or {}).get("databaseId"),
        "merged_by": (raw["mergedBy"] or {}).get("login"),
        "base_ref": raw["baseRefName"],
        "head_ref": raw["headRefName"],
        "sizes": (raw["additions"], raw["deletions"]),
        "created_at": moment(raw["createdAt"]),
        "updated_at": moment(raw["updatedAt"]),
        "merged_at": moment(raw["mergedAt"]),
        "closed_at": moment(raw["closedAt"]),
        "labels": [label["name"] for label in raw["labels"]["nodes"]],
        "reviews_total": raw["reviews"]["totalCount"],
        "reviews": sorted(
            (
                str(review["databaseId"]),
                (review["author"] or {"login": "ghost"})["login"],
                review["state"],
                moment(review["submittedAt"]),
            )
            for review in raw["reviews"]["nodes"]
        ),
        "commits_total": raw["commits"]["totalCount"],
        "commits": [expected_commit(node["commit"]) for node in raw["commits"]["nodes"]],
    }


def expected_commit(raw: dict[str, Any]) -> tuple[Any, ...]:
    kept = keep(raw["author"]["email"])
    return (
        raw["oid"],
        raw["message"],
        raw["author"]["name"],
        (raw["author"]["user"] or {}).get("login", ""),
        moment(raw["author"]["date"]),
        moment(raw["committer"]["date"]),
        kept.fingerprint,
        kept.tool_address,
    )


def as_recorded(row: PullRequest) -> dict[str, Any]:
    return {
        "github_id": row.github_id,
        "title": row.title,
        "body": row.body,
        "state": row.state,
        "is_draft": row.is_draft,
        "author": row.author.login,
        "author_id": row.author.github_id,
        "merged_by": row.merged_by.login if row.merged_by else None,
        "base_ref": row.base_ref,
        "head_ref": row.head_ref,
        "sizes": (row.additions, row.deletions),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "merged_at": row.merged_at,
        "closed_at": row.closed_at,
        "labels": row.labels,
        "reviews_total": row.reviews_total,
        "reviews": sorted(
            (review.node_id, review.author.login, review.state, review.submitted_at)
            for review in row.reviews.all()
        ),
        "commits_total": row.commits_total,
        "commits": [
            (
                commit.oid,
                commit.message,
                commit.author_name,
                commit.author_login,
                commit.authored_at,
                commit.committed_at,
                commit.author_email_hash,
                commit.author_tool_email,
            )
            for commit in sorted(row.commits.all(), key=lambda commit: commit.position)
        ],
    }


def moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
