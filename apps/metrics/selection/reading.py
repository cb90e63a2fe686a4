"""Selection: everything that a page with some filters computes its numbers from."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from apps.github.models import TrackedRepository
from apps.metrics.coverage import Coverage, coverage_of
from apps.metrics.figures import Basis
from apps.metrics.formulas import REVERT_WITHIN
from apps.metrics.history import known_since
from apps.metrics.selection.chosen import Chosen, flows_of
from apps.metrics.selection.parts import Part, analysed
from apps.metrics.selection.reviewer_rows import Reviewer, read_reviewers
from apps.metrics.selection.rows import Row, Span, end_of, read_rows
from apps.teams.models import Team

SyncStatus = TrackedRepository.SyncStatus
ACTIVE_DAYS = 28  # at least so long somebody who did something is an active contributor


@dataclass(frozen=True)
class Selection:
    """What `read` has read. All figures of a page come from one of these, and so agree."""

    chosen: Chosen
    span: Span  #: what was read: later than was asked for where less is known
    until: datetime
    now: datetime
    zone: ZoneInfo  #: of the days and weeks
    known_since: datetime | None  #: None before the first measurement
    coverage: Coverage
    rows: tuple[Row, ...]
    no_comparison: str  #: a sentence, where the period before is not wholly known; else empty
    reviewers: tuple[Reviewer, ...]  #: who reviewed in the period or in ACTIVE_DAYS; unordered
    repositories_read: int  #: see `_is_read`
    repositories_selected: int

    @property
    def since(self) -> datetime:
        return self.span.since

    @cached_property
    def part(self) -> Part:
        """What counts in the period."""
        found = self.empty_part()
        for row in self.rows:
            if row.opened_now:
                found.add_opened(row)
            if row.merged_now:
                found.add_merged(row)
        return found

    @cached_property
    def before(self) -> Part | None:
        """What was merged in the period before; None where that is not compared."""
        if self.no_comparison:
            return None
        found = self.empty_part()
        for row in self.rows:
            if row.merged_before:
                found.add_merged(row)
        return found

    def empty_part(self) -> Part:
        return Part(with_bots=self.chosen.with_bots, mature_until=self.mature_until.isoformat())

    @cached_property
    def basis(self) -> Basis:
        return self._basis(self.part, self.since, self.until, self.chosen.window)

    @cached_property
    def basis_before(self) -> Basis:
        """Of figures of the period before."""
        period = self.chosen.period.before()
        part = self.before or self.empty_part()
        return self._basis(part, period.since, period.until, period.name)

    def _basis(self, part: Part, since: datetime, until: datetime, window: str) -> Basis:
        return Basis(
            since=since,
            until=until,
            window=window,
            repositories=self.repositories_read,
            repositories_selected=self.repositories_selected,
            analysed=analysed(part),
            asked=len(part.asked),
            computed_at=self.coverage.measured_at,
            definitions=self.coverage.definitions,
        )

    @cached_property
    def active_people(self) -> int:
        """Who opened, reviewed or had something merged in the period, or in ACTIVE_DAYS."""
        authors = {row.author for row in self.rows if row.by_person and row.is_active}
        return len(authors.union(reviewer.person for reviewer in self.reviewers))

    @property
    def mature_until(self) -> date:
        """The last day of which every merge is old enough to say whether it was reverted."""
        return (self.now - REVERT_WITHIN).astimezone(self.zone).date() - timedelta(days=1)


def read(
    team: Team,
    chosen: Chosen,
    *,
    now: datetime,
    with_reviewers: bool = True,
    coverage: Coverage | None = None,
) -> Selection:
    """
    Read what the figures of these filters rest on: the period, and the one before for comparison.

    A constant number of statements; one of them reads rows, of which there may be 50,000.

    :param with_reviewers: False saves a statement; nobody is then known to have reviewed.
    :param coverage: where the page has read it already; saves two.
    """
    coverage = coverage or coverage_of(team)
    zone = coverage.zone or team.zone
    known = known_since(team, zone=zone)
    since = max(chosen.since, known or chosen.since)
    before, no_comparison = _compared(chosen, known)
    present = Span(since, end_of(chosen.until, now))
    activity = Span(_active_since(chosen, since, known), present.until)
    flows = flows_of(team, chosen)
    read_now, selected = _repositories(team, chosen, coverage)
    return Selection(
        chosen=chosen,
        span=present,
        until=chosen.until,
        now=now,
        zone=zone,
        known_since=known,
        coverage=coverage,
        rows=tuple(read_rows(flows, now=present, before=before, activity=activity)),
        no_comparison=no_comparison,
        reviewers=read_reviewers(flows, present, activity) if with_reviewers else (),
        repositories_read=read_now,
        repositories_selected=selected,
    )


def _active_since(chosen: Chosen, since: datetime, known: datetime | None) -> datetime:
    """From when on doing something makes a person active: the period, or ACTIVE_DAYS if longer."""
    lately = chosen.until - timedelta(days=ACTIVE_DAYS)
    return min(since, max(lately, known or lately))


def _repositories(team: Team, chosen: Chosen, coverage: Coverage) -> tuple[int, int]:
    """Of the repositories that the filter lets through: how many are read, and how many exist."""
    every = [
        repository
        for repository in coverage.repositories
        if not chosen.repositories or repository.pk in chosen.repositories
    ]
    began = team.onboarding_pipeline_started_at
    return sum(_is_read(repository, began) for repository in every), len(every)


def _compared(chosen: Chosen, known: datetime | None) -> tuple[Span | None, str]:
    """The span of the period before, or why there is none."""
    before = chosen.period.before()
    if known is None:
        return None, "Nothing has been measured yet."
    if chosen.week is not None:
        return None, "A single week is not compared with another."
    if known > before.since:
        day = known.astimezone(chosen.period.zone)
        return None, (
            f"Not compared with {before.name}: pull requests are known from {day:%-d %b %Y} on."
        )
    return Span(before.since, before.until), ""


def _is_read(repository: TrackedRepository, began: datetime | None) -> bool:
    """
    Whether it is read, perhaps with gaps: now, or by phase 1 while phase 2 reads older days.

    What an earlier run has read says nothing about a repository that fails today.
    """
    if repository.sync_status == SyncStatus.SYNCING:
        at = repository.last_synced_at
        return at is not None and began is not None and at >= began
    return repository.sync_status in (SyncStatus.COMPLETED, SyncStatus.PARTIAL)
