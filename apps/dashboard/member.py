"""One person's page: what of theirs was merged and how it went, reviews given and received."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce

from apps.core.weeks import Week
from apps.dashboard.excerpts import visible
from apps.dashboard.filters import query_of
from apps.github.models import Person, Review
from apps.metrics.children import SUBMITTED
from apps.metrics.coverage import Coverage
from apps.metrics.figures import Basis, Figure, count
from apps.metrics.selection import parts
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.period import Period
from apps.metrics.selection.reading import Selection, read
from apps.metrics.selection.weeks import SelectedWeek, weeks
from apps.teams.models import Team


@dataclass(frozen=True)
class Number:
    key: str  #: its anchor among the definitions
    name: str
    says: str
    figure: Figure


class MemberWeek(NamedTuple):
    week: SelectedWeek
    reviews_given: Figure


class Given(NamedTuple):
    """One review of somebody else's pull request."""

    at: datetime
    pull_request: int
    to: int  #: the person who wrote it


@dataclass(frozen=True)
class MemberPage:
    login: str
    name: str
    other_logins: tuple[str, ...]
    period: Period
    basis: Basis
    is_cut: bool  #: less is known than was asked for
    authored: tuple[Number, ...]
    given: Number
    given_on: str  #: "on 12 pull requests of 4 people"; empty without one
    received: Number
    received_from: str
    weeks: tuple[MemberWeek, ...]  #: the newest first; empty ones too
    table: str  #: query of the table of their pull requests


def member_page(
    team: Team, person: Person, period: Period, *, coverage: Coverage, now: datetime
) -> MemberPage:
    """Five statements, whatever the person has done."""
    chosen = Chosen(period=period, authors=(person.pk,))
    selection = read(team, chosen, now=now, coverage=coverage)
    others = person.other_accounts.order_by("login").values_list("login", flat=True)
    given = _given(team, person, selection)
    received = sum(one.reviews for one in selection.reviewers)
    reviewers = sum(one.reviews > 0 for one in selection.reviewers)
    return MemberPage(
        login=person.login,
        name=visible(person.name),
        other_logins=tuple(others),
        period=period,
        basis=selection.basis,
        is_cut=selection.since > period.since,
        authored=tuple(_authored(selection)),
        given=Number(
            "reviews_given",
            "Reviews given",
            "submitted on others' pull requests",
            count(len(given)).on(selection.basis),
        ),
        given_on=_on(len({one.pull_request for one in given}), len({one.to for one in given})),
        received=Number(
            "reviews_given",
            "Reviews received",
            "by others, on their own pull requests",
            count(received).on(selection.basis),
        ),
        received_from=f"from {_people(reviewers)}" if received else "",
        weeks=tuple(_weeks(selection, given)),
        table=query_of(chosen),
    )


def _authored(selection: Selection) -> Iterator[Number]:
    part = selection.part
    for key, name, says, figure in (
        ("merged", "Merged", "their pull requests", parts.merged(part)),
        ("cycle_time", "Cycle time", "first commit to merge", parts.cycle_time(part)),
        ("pickup_time", "First review", "ready to first review", parts.pickup_time(part)),
        ("review_rounds", "Review rounds", "until it was approved", parts.review_rounds(part)),
        ("size", "Size", "changed lines written by hand", parts.size(part)),
    ):
        yield Number(key, name, says, figure.on(selection.basis))


def _given(team: Team, person: Person, selection: Selection) -> list[Given]:
    """On bots' pull requests and into other branches, too, as in the weeks; one statement."""
    rows = (
        Review.objects.filter(
            Q(author=person) | Q(author__same_as=person),
            selection.span.holds("submitted_at"),
            pull_request__team=team,
            pull_request__repository__in=selection.coverage.ids,
            state__in=SUBMITTED,
        )
        .annotate(to=Coalesce("pull_request__author__same_as", "pull_request__author"))
        .exclude(to=person.pk)
        .values_list("submitted_at", "pull_request", "to")
    )
    return [Given._make(row) for row in rows]


def _weeks(selection: Selection, given: list[Given]) -> Iterator[MemberWeek]:
    """
    The newest first, without those that nobody has read.

    What was reviewed minutes after now, by another clock, was reviewed just now.
    """
    counts: Counter[date] = Counter(
        Week.of(min(one.at, selection.until), selection.zone).monday for one in given
    )
    for week in reversed(weeks(selection)):
        if week.is_known:
            yield MemberWeek(week, count(counts[week.monday]).on(selection.basis))


def _on(pull_requests: int, people: int) -> str:
    if not pull_requests:
        return ""
    noun = "pull request" if pull_requests == 1 else "pull requests"
    return f"on {pull_requests:,} {noun} of {_people(people)}"


def _people(number: int) -> str:
    return f"{number:,} {'account' if number == 1 else 'accounts'}"
