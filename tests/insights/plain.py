"""Plain data for rules: no database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from apps.insights.material import Material, RepositoryFacts
from apps.metrics.facts import Facts, HumanReview
from apps.metrics.formulas import flow_of

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)  # a Wednesday
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLDER, NEWER = 40, 5  # days ago: inside the eight and the four full weeks of a comparison
_numbers = count(1)


def facts(
    *,
    author: int = 1,
    kind: str = "user",
    created_at: datetime = NOW - 2 * DAY,
    merged_at: datetime | None = None,
    reviews: Sequence[HumanReview] = (),
    first_commit: datetime | None = None,
    truncated: Sequence[str] = (),
    **others: object,
) -> Facts:
    """A person's pull request against the default branch, ready when it was opened."""
    number = next(_numbers)
    flow = None
    if merged_at:
        flow = flow_of(
            created=created_at,
            ready=created_at,
            merged=merged_at,
            first_commit=first_commit,
            reviews=[review.at for review in reviews],
            approvals=[review.at for review in reviews if review.approved],
            reviews_known="reviews" not in truncated,
        )
    columns = {
        "pk": number,
        "repository": "owner/one",
        "number": number,
        "state": "merged" if merged_at else "open",
        "is_draft": False,
        "is_to_default_branch": True,
        "updated_at": merged_at or created_at,
        "ready_at": created_at,
        "ai_class": "D",
        "size": 40,
    }
    return Facts(
        author=author,
        author_kind=kind,
        created_at=created_at,
        merged_at=merged_at,
        reviews=tuple(reviews),
        flow=flow,
        truncated=tuple(truncated),
        **{**columns, **others},
    )


def merged(
    *,
    days_ago: float = 2,
    lasted: timedelta = 4 * HOUR,
    pickup: timedelta | None = None,
    reviewer: int = 2,
    **others: object,
) -> Facts:
    """Merged so long ago, `lasted` after ready, reviewed `pickup` after ready if at all."""
    merged_at = NOW - days_ago * DAY
    created_at = merged_at - lasted
    reviews = [] if pickup is None else [HumanReview(reviewer, created_at + pickup, True)]
    return facts(
        created_at=created_at,
        merged_at=merged_at,
        reviews=reviews,
        **{"first_commit": created_at - HOUR, **others},
    )


def material(
    *pull_requests: Facts,
    known_since: datetime = LONG_AGO,
    repositories: Sequence[RepositoryFacts] = (),
    zone: str = "UTC",
) -> Material:
    return Material(
        now=NOW,
        zone=ZoneInfo(zone),
        known_since=known_since,
        pull_requests=pull_requests,
        repositories=tuple(repositories),
    )
