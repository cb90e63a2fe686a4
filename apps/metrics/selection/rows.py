"""Rows: what the figures of a page are computed from, read in one statement."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Case, CharField, ExpressionWrapper, F, Field, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from apps.metrics.formulas import REVERT_WITHIN
from apps.metrics.history import CLOCK_SKEW
from apps.metrics.models import PullRequestFlow


class Row(NamedTuple):
    """
    One pull request into the default branch, as narrow as it can be.

    Yes and no are 1 and 0, days are texts: turning 50,000 rows' values into Python's own types
    would take longer than all the arithmetic on them.
    """

    pull_request: int
    repository: int
    author: int
    ai_class: str
    by_person: int
    opened_now: int  #: in the period
    merged_now: int | None  #: in the period; None: not merged
    merged_before: int | None  #: in the period before
    is_active: int | None  #: opened or merged in the time in which people count as active
    opened_on: str
    merged_on: str | None
    cycle_time: float | None
    coding_time: float | None
    pickup_time: float | None
    review_time: float | None
    merge_time: float | None
    unreviewed_wait: float | None
    size: int | None
    review_rounds: int | None
    reverted: int | None  #: within REVERT_WITHIN of the merge
    is_hotfix: int | None


class Span(NamedTuple):
    """`[since, until)`."""

    since: datetime
    until: datetime

    def holds(self, column: str) -> Q:
        return Q((f"{column}__gte", self.since), (f"{column}__lt", self.until))


def end_of(until: datetime, now: datetime) -> datetime:
    """Of a span that reaches up to now: clocks differ, and what has happened may seem to come."""
    return until if until < now else until + CLOCK_SKEW


def read_rows(
    flows: QuerySet[PullRequestFlow], *, now: Span, before: Span | None, activity: Span
) -> list[Row]:
    """
    What was merged in one of the two spans, and who was active; one statement.

    :param before: ends where `now` begins.
    :param activity: ends with `now` and begins no later; all that was opened in it is read, too.
    """
    merged = Span(min(activity.since, before.since if before else now.since), now.until)
    rows = (
        flows.filter(
            merged.holds("merged_at") | activity.holds("created_at"), is_to_default_branch=True
        )
        .order_by()
        .annotate(
            opened_now=_stored(now.holds("created_at")),
            merged_now=_stored(now.holds("merged_at")),
            merged_before=_stored(before.holds("merged_at")) if before else NEVER,
            is_active=_stored(Q(created_at__gte=activity.since) | Q(merged_at__gte=activity.since)),
            by_person=_stored(F("is_by_person")),
            hotfix=_stored(F("is_hotfix")),
            opened_day=Cast("created_on", CharField()),
            merged_day=Cast("merged_on", CharField()),
            reverted=Case(When(reverted_at__isnull=False, then=_stored(REVERTED_SOON))),
        )
        .values_list(*COLUMNS)
    )
    return [Row._make(row) for row in rows]


NEVER = Value(0, output_field=Field())

#: Asked of few: SQLite computes with moments by calling Python, once for each row.
REVERTED_SOON = Q(reverted_at__gte=F("merged_at"), reverted_at__lte=F("merged_at") + REVERT_WITHIN)

COLUMNS = (
    "pk",
    "repository_id",
    "author_id",
    "ai_class",
    "by_person",
    "opened_now",
    "merged_now",
    "merged_before",
    "is_active",
    "opened_day",
    "merged_day",
    "cycle_time",
    "coding_time",
    "pickup_time",
    "review_time",
    "merge_time",
    "unreviewed_wait",
    "size",
    "review_rounds",
    "reverted",
    "hotfix",
)


def _stored(expression: Q | F) -> ExpressionWrapper[Q | F]:
    """As the database has it: 1 and 0 or True and False, without a conversion of each value."""
    return ExpressionWrapper(expression, output_field=Field())
