"""Rows: what the figures of a page are computed from, read in one statement."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import CharField, ExpressionWrapper, F, IntegerField, Q, QuerySet
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

    :param activity: everything that was opened or merged in it is among the rows, too.
    """
    merged = now.holds("merged_at") | activity.holds("merged_at")
    if before:
        merged |= before.holds("merged_at")
    opened = now.holds("created_at") | activity.holds("created_at")
    rows = (
        flows.filter(merged | opened, is_to_default_branch=True)
        .order_by()
        .annotate(
            opened_now=_flag(now.holds("created_at")),
            merged_now=_flag(now.holds("merged_at")),
            merged_before=_flag(before.holds("merged_at") if before else Q(pk__in=())),
            is_active=_flag(activity.holds("created_at") | activity.holds("merged_at")),
            by_person=_flag(F("is_by_person")),
            hotfix=_flag(F("is_hotfix")),
            opened_day=Cast("created_on", CharField()),
            merged_day=Cast("merged_on", CharField()),
            reverted=_flag(
                Q(reverted_at__isnull=False)
                & Q(reverted_at__gte=F("merged_at"))
                & Q(reverted_at__lte=F("merged_at") + REVERT_WITHIN)
            ),
        )
        .values_list(*COLUMNS)
    )
    return [Row._make(row) for row in rows]


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


def _flag(expression: Q | F) -> ExpressionWrapper[Q | F]:
    """1, 0 or NULL, without Django's conversion to a bool."""
    return ExpressionWrapper(expression, output_field=IntegerField())
