"""The table of pull requests behind the numbers: sorted, page by page, or all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

from apps.github.models import PullRequest
from apps.llm.models import PullRequestAnalysis
from apps.metrics.history import known_since
from apps.metrics.models import PullRequestFlow
from apps.metrics.selection.chosen import Chosen, flows_of
from apps.metrics.selection.reading import Selection
from apps.metrics.selection.rows import Span, end_of
from apps.teams.models import Team

State = PullRequest.State
AiClass = PullRequestAnalysis.AiClass
A_PAGE = 50
ROWS_A_FETCH = 2_000


class TableRow(NamedTuple):
    pull_request: int
    repository_id: int
    repository: str  #: "owner/name"
    number: int
    title: str
    author_id: int
    author: str  #: login
    is_by_person: bool
    state: str
    is_draft: bool
    ai_class: str
    created_at: datetime
    merged_at: datetime | None
    closed_at: datetime | None
    first_review_at: datetime | None
    cycle_time: float | None  #: seconds, as all durations
    coding_time: float | None
    pickup_time: float | None
    review_time: float | None
    merge_time: float | None
    unreviewed_wait: float | None
    size: int | None
    review_rounds: int | None
    reverted_at: datetime | None
    is_hotfix: bool | None


COLUMNS = tuple(
    {
        "pull_request": "pk",
        "repository": "repository__name_with_owner",
        "number": "pull_request__number",
        "title": "pull_request__title",
        "author": "author__login",
    }.get(name, name)
    for name in TableRow._fields
)


class Sort(NamedTuple):
    name: str
    by: OrderBy


def _down(column: str) -> OrderBy:
    return F(column).desc(nulls_last=True)


def _up(column: str) -> OrderBy:
    return F(column).asc(nulls_last=True)


NEWEST = "newest"

#: In the address → what it means. What has no value comes last, in either direction.
SORTS: Mapping[str, Sort] = MappingProxyType(
    {
        NEWEST: Sort("newest first", _down("happened_at")),
        "oldest": Sort("oldest first", _up("happened_at")),
        "slowest": Sort("longest cycle time first", _down("cycle_time")),
        "fastest": Sort("shortest cycle time first", _up("cycle_time")),
        "waited": Sort("longest wait for a review first", _down("pickup_time")),
        "largest": Sort("most changed lines first", _down("size")),
        "smallest": Sort("fewest changed lines first", _up("size")),
        "rounds": Sort("most review rounds first", _down("review_rounds")),
        "repository": Sort("by repository", _up("repository__name_with_owner")),
        "author": Sort("by author", _up("author__login")),
    }
)


@dataclass(frozen=True)
class Page:
    rows: tuple[TableRow, ...]
    number: int  #: from 1; the last one where a later one was asked for
    pages: int  #: 1 where there is nothing
    of: int  #: rows on all pages


def page_of(
    team: Team,
    chosen: Chosen,
    *,
    now: datetime,
    sort: str = NEWEST,
    page: int = 1,
    per_page: int = A_PAGE,
) -> Page:
    """
    One page of what lies behind the numbers; four statements.

    A merged or closed pull request belongs to the period in which that happened, an open one to
    each period in which it was open. Of bots only what is asked for: all with `with_bots`, and
    coding agents' own where class A is chosen, as the share of AI counts them.
    """
    found = _found(team, chosen, _span(team, chosen, now))
    total = found.count()
    pages = max(1, -(-total // per_page))
    number = min(max(1, page), pages)
    start = (number - 1) * per_page
    rows = _sorted(found, sort)[start : start + per_page]
    return Page(tuple(TableRow._make(row) for row in rows), number, pages, total)


def every_row(
    team: Team, chosen: Chosen, *, now: datetime, sort: str = NEWEST
) -> Iterator[TableRow]:
    """All pages' rows, fetched as they are needed."""
    rows = _sorted(_found(team, chosen, _span(team, chosen, now)), sort)
    return (TableRow._make(row) for row in rows.iterator(chunk_size=ROWS_A_FETCH))


def newest_of(team: Team, selection: Selection, *, most: int) -> tuple[TableRow, ...]:
    """The first rows of the table, of a selection that was read already; one statement."""
    rows = _sorted(_found(team, selection.chosen, selection.span), NEWEST)[:most]
    return tuple(TableRow._make(row) for row in rows)


def _span(team: Team, chosen: Chosen, now: datetime) -> Span:
    known = known_since(team)
    return Span(max(chosen.since, known or chosen.since), end_of(chosen.until, now))


def _found(team: Team, chosen: Chosen, span: Span) -> QuerySet[PullRequestFlow]:
    if span.since >= span.until:  # a week outside the period
        return PullRequestFlow.objects.none()
    rows = flows_of(team, chosen).filter(
        Q(span.holds("merged_at"), state=State.MERGED)
        | Q(span.holds("closed_at"), state=State.CLOSED)
        | Q(state=State.OPEN, created_at__lt=span.until),
        is_to_default_branch=True,
    )
    if chosen.with_bots:
        return rows
    people = Q(is_by_person=True)
    if AiClass.AGENT in chosen.classes:
        people |= Q(ai_class=AiClass.AGENT)
    return rows.filter(people)


def _sorted(rows: QuerySet[PullRequestFlow], sort: str) -> QuerySet[PullRequestFlow, Any]:
    return (
        rows.annotate(happened_at=Coalesce("merged_at", "closed_at", "created_at"))
        .order_by(SORTS[sort].by, "-pk")
        .values_list(*COLUMNS)
    )
