"""A comparison for a page: from the rows that all of its numbers come from."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from apps.core.weeks import Week
from apps.metrics.comparison.comparing import Comparison, compare
from apps.metrics.comparison.observing import NOT_MERGED, Observed, merged_values
from apps.metrics.formulas import REVERT_WITHIN, is_reverted, size_band
from apps.metrics.models import PullRequestFlow


def comparison_of(
    flows: QuerySet[PullRequestFlow],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> Comparison:
    """
    What people merged or closed in `[since, until)`, with declared AI use and without a sign of it.

    One statement. A filter by class among `flows` leaves one side empty, so leave it out.
    """
    merged = Q(merged_at__gte=since, merged_at__lt=until)
    closed = Q(merged_at=None, closed_at__gte=since, closed_at__lt=until)
    rows = flows.filter(merged | closed, is_by_person=True, is_to_default_branch=True)
    return compare(_observed(rows, now=now, zone=zone))


COLUMNS = (
    *("pk", "author_id", "repository_id", "ai_class", "merged_at", "closed_at", "size"),
    *("cycle_time", "pickup_time", "reviews_known", "first_review_at"),
    *("review_rounds", "reverted_at"),
)


def _observed(
    rows: QuerySet[PullRequestFlow], *, now: datetime, zone: ZoneInfo
) -> Iterator[Observed]:
    for row in rows.order_by().values(*COLUMNS).iterator():
        merged_at, size = row["merged_at"], row["size"]
        yield Observed(
            pk=row["pk"],
            author=row["author_id"],
            repository=row["repository_id"],
            week=Week.of(merged_at or row["closed_at"], zone).monday,
            ai_class=row["ai_class"],
            is_merged=merged_at is not None,
            size_band=None if size is None else size_band(size),
            values=NOT_MERGED
            if merged_at is None
            else merged_values(
                cycle_time=row["cycle_time"],
                pickup_time=row["pickup_time"],
                size=size,
                is_reviewed=row["first_review_at"] is not None if row["reviews_known"] else None,
                rounds=row["review_rounds"],
                is_reverted=is_reverted(merged_at, row["reverted_at"])
                if merged_at + REVERT_WITHIN <= now
                else None,
            ),
        )
