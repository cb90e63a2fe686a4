"""
The baseline of the measurement: a query for each member, each week and each number.

Written as one would who thinks of one number at a time. It leaves out numbers that need several
queries, which is in its favour, and uses the same arithmetic of one pull request.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from statistics import median
from types import MappingProxyType

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from apps.core.weeks import Week, weeks_between
from apps.github.models import ChangedFile, Commit, Person, PullRequest, Review
from apps.llm.models import PullRequestAnalysis
from apps.metrics.formulas import DURATIONS, flow_of
from apps.metrics.written_by_hand import is_written_by_hand
from apps.operations.bench.dashboard.invented import Scene

AiClass = PullRequestAnalysis.AiClass
SUBMITTED = ("APPROVED", "CHANGES_REQUESTED", "COMMENTED")

Number = float | int | None


@dataclass(frozen=True)
class Cell:
    """One member in one week."""

    member: Person
    week: Week

    def opened(self) -> QuerySet[PullRequest]:
        return self._own().filter(
            created_at__gte=self.week.starts_at, created_at__lt=self.week.ends_at
        )

    def merged(self) -> QuerySet[PullRequest]:
        return self._own().filter(
            merged_at__gte=self.week.starts_at, merged_at__lt=self.week.ends_at
        )

    def given(self) -> QuerySet[Review]:
        return Review.objects.filter(
            author=self.member,
            state__in=SUBMITTED,
            submitted_at__gte=self.week.starts_at,
            submitted_at__lt=self.week.ends_at,
        ).exclude(pull_request__author=self.member)

    def of_class(self, *classes: str) -> int:
        return self.merged().filter(analysis__ai_class__in=classes).count()

    def _own(self) -> QuerySet[PullRequest]:
        return PullRequest.objects.filter(author=self.member)


def cells_of(scene: Scene) -> Iterator[Cell]:
    """Every member of the organisation in every week of the history."""
    members = Person.objects.filter(team=scene.team, is_member=True).order_by("pk")
    weeks = list(weeks_between(scene.since, scene.now, scene.team.zone))
    for member in members:
        for week in weeks:
            yield Cell(member, week)


def numbers_of(cell: Cell) -> dict[str, Number]:
    """A query for each."""
    return {name: number(cell) for name, number in NUMBERS.items()}


def loop_over(scene: Scene) -> dict[tuple[int, date], dict[str, Number]]:
    """(member, Monday) → number's name → number."""
    return {(cell.member.pk, cell.week.monday): numbers_of(cell) for cell in cells_of(scene)}


def _human_reviews() -> QuerySet[Review]:
    """Of the pull request that is looked at, before its merge."""
    return Review.objects.filter(
        pull_request=OuterRef("pk"),
        author__kind=Person.Kind.USER,
        state__in=SUBMITTED,
        submitted_at__lte=OuterRef("merged_at"),
    ).exclude(author=OuterRef("author"))


def _duration(name: str) -> Callable[[Cell], Number]:
    formula = DURATIONS[name]
    first_commit = Commit.objects.filter(pull_request=OuterRef("pk")).order_by("authored_at")
    reviews = _human_reviews()
    approvals = reviews.filter(state="APPROVED")
    annotated = {
        "first_commit": Subquery(first_commit.values("authored_at")[:1]),
        "first_review": Subquery(reviews.order_by("submitted_at").values("submitted_at")[:1]),
        "last_approval": Subquery(approvals.order_by("-submitted_at").values("submitted_at")[:1]),
    }
    columns = ("created_at", "ready_at", "merged_at", *annotated)

    def number(cell: Cell) -> Number:
        found = []
        rows = cell.merged().annotate(**annotated).values_list(*columns)
        for created, ready, merged, first, review, approval in rows:
            flow = flow_of(
                created=created,
                ready=ready,
                merged=merged,
                first_commit=first,
                reviews=[review] if review else [],
                approvals=[approval] if approval else [],
            )
            found.append(formula(flow))
        return _median(value for value in found if value is not None)

    return number


def _size(cell: Cell) -> Number:
    rows = (
        ChangedFile.objects.filter(pull_request__in=cell.merged())
        .order_by("pull_request")
        .values_list("pull_request", "path", "additions", "deletions")
    )
    return _median(
        sum(added + deleted for _, path, added, deleted in files if is_written_by_hand(path))
        for _, files in groupby(rows, key=lambda row: row[0])
    )


def _median(values: Iterator[float]) -> Number:
    found = list(values)
    return median(found) if found else None


NUMBERS: Mapping[str, Callable[[Cell], Number]] = MappingProxyType(
    {
        "opened": lambda cell: cell.opened().count(),
        "merged": lambda cell: cell.merged().count(),
        "reviewed": lambda cell: cell.merged().filter(Exists(_human_reviews())).count(),
        "reviews_given": lambda cell: cell.given().count(),
        **{name: _duration(name) for name in DURATIONS},
        "size": _size,
        "ai_assisted": lambda cell: cell.of_class(AiClass.AGENT, AiClass.DECLARED),
        "ai_suspected": lambda cell: cell.of_class(AiClass.SUSPECTED),
        "ai_decided": lambda cell: cell.merged().exclude(Q(analysis__ai_class="U")).count(),
    }
)
