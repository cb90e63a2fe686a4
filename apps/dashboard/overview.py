"""All that the dashboard's page shows, read in a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse

from apps.dashboard.basis import repositories_in_words
from apps.dashboard.charting import Boundary, Chart
from apps.dashboard.filter_form import FilterForm, form_of
from apps.dashboard.filters import Filters, filters_of, query_of
from apps.dashboard.findings import Findings, findings_of
from apps.dashboard.freshness import version_at
from apps.dashboard.scatter import scatter_chart
from apps.dashboard.sources import Source, another_choice, rows_of_sources, sources_of
from apps.dashboard.weekly_charts import Frame, ai_chart, merged_chart, stages_chart
from apps.metrics.coverage import Coverage, coverage_of
from apps.metrics.figures import Figure, count
from apps.metrics.moved import moved_in_words
from apps.metrics.selection.cards import Card, cards
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.open_work import OpenWork, open_work
from apps.metrics.selection.points import cloud, distribution
from apps.metrics.selection.reading import Selection, read
from apps.metrics.selection.reviewers import ReviewLoad, review_load
from apps.metrics.selection.table import TableRow, newest_of
from apps.metrics.selection.weeks import SelectedWeek, weeks
from apps.teams.models import Team
from apps.teams.stages import history_in_words

NEWEST_SHOWN = 10


@dataclass(frozen=True)
class Charts:
    merged: Chart
    stages: Chart
    ai: Chart
    points: Chart


@dataclass(frozen=True)
class ReviewsGiven:
    """By one person."""

    login: str
    reviews: Figure
    pull_requests: Figure


@dataclass(frozen=True)
class Overview:
    selection: Selection
    form: FilterForm
    query: str  #: of this page, for its links to others
    table: str  #: address of all pull requests that this shows
    cards: tuple[Card, ...]
    charts: Charts
    newest: tuple[TableRow, ...]
    reviews: ReviewLoad
    reviewers: tuple[ReviewsGiven, ...]  #: by login
    open_work: OpenWork
    findings: Findings
    sources: tuple[Source, ...]
    history: str  #: how far back they are read, in words
    repositories: str  #: how many all this rests on, in words
    another_choice: str  #: what it rests on while others are chosen by now; else empty
    as_of: datetime | None  #: when all was read for the last time, else when it was counted
    moved: tuple[str, ...]  #: what the older pull requests have changed, in sentences

    @property
    def version(self) -> str:
        """For the banner, which tells when there are other numbers than these."""
        return version_at(self.selection.coverage.measured_at)

    @property
    def no_comparison(self) -> str:
        """The sentence that all cards would repeat: there is nothing to compare them with."""
        sentences = {card.change.sentence for card in self.cards if card.change.sentence}
        is_one = len(sentences) == 1 and not any(card.change.direction for card in self.cards)
        return sentences.pop() if is_one else ""

    @property
    def has_nothing(self) -> bool:
        """All were read, and none had a pull request."""
        done = [one.repository for one in self.sources if one.repository.last_synced_at]
        return len(done) == len(self.sources) > 0 and not any(one.stored for one in done)

    @property
    def is_empty(self) -> bool:
        """Nothing was opened or merged that the filters let through."""
        part = self.selection.part
        return not (part.merged or part.opened or part.merged_by_bots or self.newest)

    @property
    def merged_by_bots(self) -> int:
        return 0 if self.selection.chosen.with_bots else self.selection.part.merged_by_bots

    @property
    def authors(self) -> int:
        return len({row.author for row in self.selection.part.merged})


def overview_of(team: Team, query: QueryDict | None = None, *, now: datetime) -> Overview:
    measured = getattr(team, "measurement", None)
    coverage = coverage_of(team, measured=measured, rows_of=rows_of_sources())
    filters = filters_of(team, query or QueryDict(), now=now, coverage=coverage)
    chosen = filters.chosen
    selection = read(team, chosen, now=now, coverage=coverage)
    return Overview(
        selection=selection,
        form=form_of(filters),
        query=query_of(chosen),
        table=_table(team) + query_of(chosen),
        cards=cards(selection),
        charts=_charts(team, selection, filters),
        newest=newest_of(team, selection, most=NEWEST_SHOWN),
        reviews=(reviews := review_load(selection)),
        reviewers=_reviewers(selection, reviews),
        open_work=_on_basis(open_work(team, chosen, now=now), selection),
        findings=findings_of(team, now=now),
        sources=sources_of(coverage, team.zone),
        history=history_in_words(team),
        repositories=repositories_in_words(_narrowed(coverage, chosen), team.zone),
        another_choice=another_choice(coverage),
        moved=moved_in_words(team, now=now),
        as_of=team.onboarding_pipeline_completed_at or coverage.measured_at,
    )


def _narrowed(coverage: Coverage, chosen: Chosen) -> Coverage:
    """To the repositories that the filters leave."""
    left = tuple(one for one in coverage.repositories if one.pk in chosen.repositories)
    return replace(coverage, repositories=left) if left else coverage


def _charts(team: Team, selection: Selection, filters: Filters) -> Charts:
    shown = weeks(selection)
    boundary = Boundary(selection.known_since, selection.zone)
    frame = Frame(shown, boundary, _links(team, filters, shown))
    return Charts(
        merged=merged_chart(frame),
        stages=stages_chart(frame),
        ai=ai_chart(frame),
        points=scatter_chart(
            selection,
            cloud(team, selection),
            distribution(selection),
            boundary=boundary,
            card=reverse("dashboard:pull_request", args=[team.slug, 0]),
        ),
    )


def _links(team: Team, filters: Filters, shown: Sequence[SelectedWeek]) -> tuple[str, ...]:
    return tuple(_table(team) + query_of(filters.chosen, week=week.monday) for week in shown)


def _table(team: Team) -> str:
    return reverse("dashboard:pull_requests", args=[team.slug])


def _on_basis(work: OpenWork, selection: Selection) -> OpenWork:
    basis = selection.basis
    lists = {
        name: replace(found, of=found.of.on(basis))
        for name, found in (
            ("waiting", work.waiting),
            ("stale", work.stale),
            ("drafts", work.drafts),
        )
    }
    return replace(work, open=work.open.on(basis), **lists)


def _reviewers(selection: Selection, reviews: ReviewLoad) -> tuple[ReviewsGiven, ...]:
    return tuple(
        ReviewsGiven(
            one.login,
            count(one.reviews).on(selection.basis),
            count(one.pull_requests).on(selection.basis),
        )
        for one in reviews.reviewers
    )
