"""The table of the pull requests behind the numbers: a page of it, and what they come to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qsl

from apps.dashboard.evidence_words import CLASSES
from apps.dashboard.excerpts import visible
from apps.dashboard.filters import query_of
from apps.dashboard.references import address_of
from apps.github.models import PullRequest
from apps.metrics.coverage import Coverage
from apps.metrics.figures import Figure
from apps.metrics.selection import parts
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.reading import read
from apps.metrics.selection.table import A_PAGE, NEWEST, SORTS, Page, TableRow, page_of
from apps.metrics.wording import NOTHING, duration
from apps.teams.models import Team

State = PullRequest.State
MOST_DIGITS = 7  # of a page's number in an address


@dataclass(frozen=True)
class Order:
    """How the table is sorted, and what the address asked for in vain."""

    sort: str
    page: int
    complaint: str


class Head(NamedTuple):
    """A column. Its link sorts by it, or the other way round where it is sorted by it already."""

    label: str
    query: str  #: empty: nobody sorts by it
    direction: str  #: of `aria-sort`; empty: sorted by another
    then: str  #: what the link does: "oldest first"
    is_number: bool


@dataclass(frozen=True)
class Line:
    """A row, in words."""

    pk: int
    title: str
    name: str  #: "owner/name#12"
    url: str  #: at GitHub; empty without one
    author: str
    is_by_person: bool
    state: str
    happened: str  #: "merged", "closed", "opened"
    at: datetime
    cycle_time: str
    wait: str
    size: str
    rounds: str
    letter: str
    class_name: str
    is_reverted: bool


class Summed(NamedTuple):
    name: str
    key: str  #: its anchor among the definitions
    figure: Figure


@dataclass(frozen=True)
class Table:
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    page: Page
    first: int
    sorted: str  #: in words
    newer: str  #: query of the page before; empty on the first
    older: str
    summed: tuple[Summed, ...]
    is_measured: bool  #: False: nothing was counted yet
    kept: tuple[tuple[str, str], ...]  #: what a search keeps of the address
    query: str  #: of the overview, and of the CSV
    longer: str  #: query of the same with 90 days

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


def order_of(given: Mapping[str, str]) -> Order:
    """Read it from a URL; an order that does not exist is told, a page is the nearest."""
    sort, page = given.get("sort", ""), given.get("page", "")
    known = not sort or sort in SORTS
    is_number = page.isascii() and page.isdigit()
    return Order(
        sort=sort if sort in SORTS else NEWEST,
        page=max(1, int(page[:MOST_DIGITS])) if is_number else 1,
        complaint="" if known else f"There is no order “{visible(sort[:40])}”: newest first.",
    )


def table_of(
    team: Team, chosen: Chosen, order: Order, *, coverage: Coverage, now: datetime
) -> Table:
    """Five statements, whatever the number of pull requests."""
    page = page_of(team, chosen, now=now, sort=order.sort, page=order.page)
    selection = read(team, chosen, now=now, with_reviewers=False, coverage=coverage)
    part, basis = selection.part, selection.basis
    sort = "" if order.sort == NEWEST else order.sort
    return Table(
        heads=tuple(_heads(chosen, order.sort)),
        lines=tuple(map(line_of, page.rows)),
        page=page,
        first=(page.number - 1) * A_PAGE + 1,
        sorted=SORTS[order.sort].name,
        newer=query_of(chosen, sort=sort, page=page.number - 1) if page.number > 1 else "",
        older=query_of(chosen, sort=sort, page=page.number + 1) if page.number < page.pages else "",
        summed=(
            Summed("Merged", "merged", parts.merged(part).on(basis)),
            Summed("Cycle time", "cycle_time", parts.cycle_time(part).on(basis)),
            Summed("AI-assisted", "ai_assisted", parts.ai_assisted(part).on(basis)),
        ),
        is_measured=selection.known_since is not None,
        kept=tuple(parse_qsl(query_of(chosen, sort=sort, search="")[1:])),
        query=query_of(chosen, sort=sort),
        longer=query_of(chosen, days=90, week=None),
    )


#: Label, the order of its first click, and of its second; numbers stand to the right.
COLUMNS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("Pull request", ("repository",), False),
    ("Author", ("author",), False),
    ("State", (NEWEST, "oldest"), False),
    ("Cycle time", ("slowest", "fastest"), True),
    ("First review", ("waited",), True),
    ("Lines", ("largest", "smallest"), True),
    ("Rounds", ("rounds",), True),
    ("Signs of AI", (), False),
)
ASCENDING = frozenset(("oldest", "fastest", "smallest", "repository", "author"))


def _heads(chosen: Chosen, sort: str) -> Iterator[Head]:
    for label, orders, is_number in COLUMNS:
        is_chosen = sort in orders
        then = (
            orders[(orders.index(sort) + 1) % len(orders)] if is_chosen else next(iter(orders), "")
        )
        yield Head(
            label=label,
            query=query_of(chosen, sort="" if then == NEWEST else then) if then else "",
            direction=("ascending" if sort in ASCENDING else "descending") if is_chosen else "",
            then=SORTS[then].name if then else "",
            is_number=is_number,
        )


def line_of(row: TableRow) -> Line:
    happened, at = _happened(row)
    return Line(
        pk=row.pull_request,
        title=visible(row.title),
        name=f"{row.repository}#{row.number}",
        url=address_of(row.repository, row.number),
        author=row.author,
        is_by_person=row.is_by_person,
        state="Draft" if row.is_draft and row.state == State.OPEN else State(row.state).label,
        happened=happened,
        at=at,
        cycle_time=_time(row.cycle_time),
        wait=_wait(row),
        size=NOTHING if row.size is None else f"{row.size:,}",
        rounds=NOTHING if row.review_rounds is None else str(row.review_rounds),
        letter=row.ai_class,
        class_name=CLASSES[row.ai_class].name,
        is_reverted=row.reverted_at is not None,
    )


def _happened(row: TableRow) -> tuple[str, datetime]:
    if row.merged_at:
        return "merged", row.merged_at
    return ("closed", row.closed_at) if row.closed_at else ("opened", row.created_at)


def _wait(row: TableRow) -> str:
    """Until the first review by a person, as far as one came."""
    if row.pickup_time is not None:
        return duration(row.pickup_time)
    if row.unreviewed_wait is not None:
        return "no review"
    if row.state != State.OPEN or row.is_draft:
        return NOTHING
    return "reviewed" if row.first_review_at else "waiting"


def _time(seconds: float | None) -> str:
    return NOTHING if seconds is None else duration(seconds)
