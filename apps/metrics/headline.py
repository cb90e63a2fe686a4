"""The numbers above everything else: the last 30 days of a team, computed from pull requests."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.github.models import TrackedRepository
from apps.metrics.ai_share import assisted_among, suspected_among
from apps.metrics.coverage import Coverage, coverage_of
from apps.metrics.facts import Facts, load
from apps.metrics.figures import Figure, count, median_of, share
from apps.metrics.formulas import Flow, cycle_time, pickup_time
from apps.metrics.history import CLOCK_SKEW, known_since
from apps.metrics.wording import unclear_note, unread_note
from apps.teams.models import Team

HEADLINE_DAYS = 30
SyncStatus = TrackedRepository.SyncStatus


@dataclass(frozen=True)
class Headline:
    """
    What was merged in `[since, until]`, by people into default branches, and what it rests on.

    The dashboard's cards and the mails show this same object. Medians are of pull requests, never
    of weeks.
    """

    since: datetime  #: later than 30 days ago where the history is shorter
    until: datetime
    repositories: int  #: that the present run has read, see `_is_read`
    repositories_selected: int  #: when the numbers were measured
    coverage: Coverage  #: the repositories that all this was counted in
    merged: Figure
    merged_by_bots: Figure
    cycle_time: Figure
    pickup_time: Figure
    review_coverage: Figure
    ai_assisted: Figure  #: classes A and B; coding agents' own ones are among them
    ai_suspected: Figure  #: class C, shown apart


def headline(team: Team, *, now: datetime, days: int = HEADLINE_DAYS) -> Headline:
    """
    Compute the headline at `now`; a constant number of statements.

    It looks at the repositories of the last measurement, as the weeks beside it do.
    """
    coverage = coverage_of(team)
    since = now - timedelta(days=days)
    if (known := known_since(team)) is not None:
        since = max(since, known)
    merged = [
        pull_request
        for pull_request in load(team.pk, since=since, with_sizes=False, repositories=coverage.ids)
        if pull_request.is_to_default_branch
        and pull_request.merged_at
        and since <= pull_request.merged_at <= now + CLOCK_SKEW
    ]
    return _headline(
        merged,
        since=since,
        until=now,
        coverage=coverage,
        began=team.onboarding_pipeline_started_at,
    )


def _headline(
    merged: list[Facts],
    *,
    since: datetime,
    until: datetime,
    coverage: Coverage,
    began: datetime | None,
) -> Headline:
    by_people = [pull_request for pull_request in merged if pull_request.by_person]
    flows = [pull_request.flow for pull_request in by_people if pull_request.flow]
    return Headline(
        since=since,
        until=until,
        repositories=sum(_is_read(repository, began) for repository in coverage.repositories),
        repositories_selected=len(coverage.repositories),
        coverage=coverage,
        merged=count(len(by_people)),
        merged_by_bots=count(len(merged) - len(by_people)),
        cycle_time=median_of(
            map(cycle_time, flows),
            "seconds",
            note=unclear_note(sum(flow.first_commit is None for flow in flows)),
        ),
        pickup_time=median_of(map(pickup_time, flows), "seconds"),
        review_coverage=_coverage(flows),
        ai_assisted=assisted_among(merged),
        ai_suspected=suspected_among(merged),
    )


def _coverage(flows: list[Flow]) -> Figure:
    known = [flow for flow in flows if flow.reviews_known]
    reviewed = sum(flow.first_review is not None for flow in known)
    return share(reviewed, len(known), note=unread_note(len(flows) - len(known)))


def _is_read(repository: TrackedRepository, began: datetime | None) -> bool:
    """
    Whether it is read, perhaps with gaps: now, or by phase 1 while phase 2 reads older days.

    What an earlier run has read says nothing about a repository that fails today.
    """
    if repository.sync_status == SyncStatus.SYNCING:
        at = repository.last_synced_at
        return at is not None and began is not None and at >= began
    return repository.sync_status in (SyncStatus.COMPLETED, SyncStatus.PARTIAL)
