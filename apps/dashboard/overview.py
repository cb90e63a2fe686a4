"""All that the dashboard's page shows, read in a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch

from apps.core.sentences import Notice, with_link
from apps.dashboard.basis import repositories_in_words
from apps.dashboard.charts import Column, ai_columns, merged_columns
from apps.dashboard.freshness import version_at
from apps.dashboard.references import Reference, reference_of
from apps.github.models import PullRequest, TrackedRepository
from apps.github.syncing.gaps import gaps_since
from apps.github.syncing.reconciliation import explanation_of
from apps.insights.models import Insight, Summary
from apps.metrics.coverage import Coverage
from apps.metrics.headline import Headline, headline
from apps.metrics.history import known_since
from apps.metrics.week_table import WeekRow, weeks_of
from apps.teams.models import Team
from apps.teams.stages import history_in_words

EVIDENCE_SHOWN = 8  # pull requests named below an insight
NAMED = 5  # repositories named in a sentence


@dataclass(frozen=True)
class Finding:
    insight: Insight
    last_day: date  #: of its period
    evidence: tuple[Reference, ...]
    more: int  #: pull requests beyond `evidence`


@dataclass(frozen=True)
class Source:
    """A repository that the numbers were read from, and what GitHub itself counts in it."""

    repository: Any  #: with `stored`, its pull requests
    notice: Notice  #: what is wrong; an empty sentence when all is well
    comparison: str  #: a sentence; empty where the counts were not compared
    differs: bool


@dataclass(frozen=True)
class Overview:
    headline: Headline
    known_since: datetime | None
    weeks: tuple[WeekRow, ...]  #: newest first
    merged: tuple[Column, ...]
    ai: tuple[Column, ...]
    is_ai_undecided: bool  #: whether `ai` draws some that are not analysed yet
    findings: tuple[Finding, ...]
    summary: Summary | None
    sources: tuple[Source, ...]
    history: str  #: how far back they are read, in words
    repositories: str  #: how many all this rests on, in words
    another_choice: str  #: what it rests on while others are chosen by now; else empty
    as_of: datetime | None  #: when all was read for the last time, else when it was counted

    @property
    def version(self) -> str:
        """For the banner, which tells when there are other numbers than these."""
        return version_at(self.headline.coverage.measured_at)

    @property
    def by_agents(self) -> int:
        """Of those asked about AI: the ones that are not among people's merged ones."""
        return max(0, self.headline.ai_assisted.n - self.headline.merged.n)

    @property
    def has_nothing(self) -> bool:
        """All were read, and none had a pull request."""
        done = [one.repository for one in self.sources if one.repository.last_synced_at]
        return len(done) == len(self.sources) > 0 and not any(one.stored for one in done)


def overview_of(team: Team, *, now: datetime) -> Overview:
    weeks = weeks_of(team, now=now)
    top = headline(team, now=now)
    coverage = top.coverage
    return Overview(
        headline=top,
        known_since=known_since(team),
        weeks=weeks[::-1],
        merged=merged_columns(weeks),
        ai=ai_columns(weeks),
        is_ai_undecided=any(week.ai_assisted.undecided for week in weeks),
        findings=findings_of(team),
        summary=Summary.objects.filter(team=team).first(),
        sources=sources_of(team, coverage),
        history=history_in_words(),
        repositories=repositories_in_words(coverage, team.zone),
        another_choice=_another_choice(coverage),
        as_of=team.onboarding_pipeline_completed_at or coverage.measured_at,
    )


def _another_choice(coverage: Coverage) -> str:
    if coverage.is_as_chosen:
        return ""
    return (
        f"All numbers here rest on {_named(coverage.repositories)}."
        f" Chosen since then: {_named(coverage.chosen)}. The numbers follow once that is read."
    )


def _named(repositories: Sequence[TrackedRepository]) -> str:
    """At most NAMED of them by name: "a/b, a/c, a/d, a/e, a/f and 9 others"."""
    names = [repository.name_with_owner for repository in repositories]
    if not names:
        return "no repository"
    shown, more = ", ".join(names[:NAMED]), len(names) - NAMED
    return f"{shown} and {more} other{'s' * (more != 1)}" if more > 0 else shown


def sources_of(team: Team, coverage: Coverage) -> tuple[Source, ...]:
    rows = (
        team.repositories.filter(pk__in=coverage.ids)
        .annotate(stored=Count("pull_requests"), gaps=gaps_since("counted_since"))
        .order_by("name_with_owner")
    )
    return tuple(
        Source(
            repository=row,
            notice=with_link(row.sync_error),
            comparison=explanation_of(row, zone=team.zone, gaps=row.gaps),
            differs=row.count_at_github != row.count_here,
        )
        for row in rows
    )


def findings_of(team: Team) -> tuple[Finding, ...]:
    """The team's insights, each with the pull requests that it rests on."""
    named = PullRequest.objects.select_related("repository").only(
        "number", "title", "updated_at", "repository__name_with_owner"
    )
    insights = team.insights.open().order_by("rule")
    return tuple(
        _finding(insight) for insight in insights.prefetch_related(Prefetch("pull_requests", named))
    )


def _finding(insight: Insight) -> Finding:
    pull_requests = sorted(
        insight.pull_requests.all(), key=lambda pull_request: pull_request.updated_at, reverse=True
    )
    return Finding(
        insight=insight,
        last_day=insight.period_end - timedelta(days=1),
        evidence=tuple(
            reference_of(pull_request) for pull_request in pull_requests[:EVIDENCE_SHOWN]
        ),
        more=max(0, len(pull_requests) - EVIDENCE_SHOWN),
    )
