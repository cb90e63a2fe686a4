"""How far each repository is, as the status page tells it: listed, fetched, stored, compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal

from django.db.models import Count, Q

from apps.core.history import older_window, quick_start_days, recent_window
from apps.core.sentences import Notice, with_link
from apps.github.api.replies import RECONNECT
from apps.github.models import TrackedRepository
from apps.github.syncing.gaps import gaps_since
from apps.github.syncing.reconciliation import explanation_of
from apps.pipeline.standing import Standing
from apps.teams.models import Team
from apps.teams.stages import days, history_in_words

RepositoryState = Literal["waiting", "reading", "stopped", "done", "empty", "gaps", "failed"]
Remedy = Literal["", "authorise", "reconnect", "choose"]


@dataclass(frozen=True)
class RepositoryRow:
    pk: int
    name: str
    state: RepositoryState
    is_archived: bool
    listed: int  #: in the days that are being read
    is_listed: bool  #: there are no more than these
    fetched: int  #: of `listed`: GitHub has answered for them
    kept: int  #: of `fetched`: the others are gaps
    gaps: int
    stored: int  #: all pull requests that are there by now
    read_at: datetime | None  #: to its end, for the last time
    window: str  #: the days that were read: "30 days"
    notice: Notice  #: what is wrong; an empty sentence when all is well
    remedy: Remedy  #: what helps, where it is not tried again anyway
    comparison: str  #: GitHub's own count and ours; empty while they are not compared
    differs: bool  #: the two counts


def tracked_by(team: Team, standing: Standing) -> list[Any]:
    """The chosen repositories with `stored` and `gaps`, in one query."""
    return list(
        team.repositories.filter(is_selected=True)
        .annotate(
            stored=Count("pull_requests"),
            gaps=gaps_since("sync_since", _in_window(team, standing)),
        )
        .order_by("name_with_owner")
    )


def _in_window(team: Team, standing: Standing) -> Q:
    """Phase 2 counts what is older than phase 1; at the end, all of it."""
    started = team.onboarding_pipeline_started_at
    if standing.phase != 2 or standing.is_refresh or started is None:
        return Q()
    return Q(updated_at__lt=older_window(started, days=team.pipeline_history_days).until)


def rows_of(
    team: Team, standing: Standing, repositories: Sequence[Any]
) -> tuple[RepositoryRow, ...]:
    """:param repositories: as `tracked_by` has read them."""
    since, history = recent_since(team), history_in_words(team)
    return tuple(
        _row(
            repository,
            is_active=standing.is_active,
            recent_since=since,
            history=history,
            zone=team.zone,
        )
        for repository in repositories
    )


def recent_since(team: Team) -> datetime | None:
    """The older end of what phase 1 reads; None before the first run."""
    started = team.onboarding_pipeline_started_at
    if started is None:
        return None
    return recent_window(
        started, two_phase=team.pipeline_two_phase, days=team.pipeline_history_days
    ).since


def is_listed(repository: TrackedRepository) -> bool:
    since = repository.sync_since
    return since is not None and repository.is_listed_since(since)


def _row(
    repository: Any,
    *,
    is_active: bool,
    recent_since: datetime | None,
    history: str,
    zone: tzinfo,
) -> RepositoryRow:
    kept, listed = repository.sync_prs_completed, repository.sync_prs_total
    is_recent = repository.sync_since is not None and repository.sync_since == recent_since
    gaps = min(repository.gaps, max(listed - kept, 0)) if is_active else repository.gaps
    return RepositoryRow(
        pk=repository.pk,
        name=repository.name_with_owner,
        state=_state(repository, is_active=is_active),
        is_archived=repository.is_archived,
        listed=listed,
        is_listed=is_listed(repository),
        fetched=kept + gaps,
        kept=kept,
        gaps=gaps,
        stored=repository.stored,
        read_at=repository.last_synced_at,
        window=days(quick_start_days()) if is_recent else history,
        notice=with_link(repository.sync_error),
        remedy=_remedy(repository),
        comparison=explanation_of(repository, zone=zone, gaps=repository.gaps),
        differs=repository.count_at_github != repository.count_here,
    )


def _state(repository: Any, *, is_active: bool) -> RepositoryState:
    match TrackedRepository.SyncStatus(repository.sync_status):
        case TrackedRepository.SyncStatus.PENDING:
            return "waiting"
        case TrackedRepository.SyncStatus.SYNCING:
            return "reading" if is_active else "stopped"
        case TrackedRepository.SyncStatus.PARTIAL:
            return "gaps"
        case TrackedRepository.SyncStatus.FAILED:
            return "failed"
        case TrackedRepository.SyncStatus.COMPLETED:
            return "done" if repository.stored else "empty"


def _remedy(repository: TrackedRepository) -> Remedy:
    if repository.sync_status != TrackedRepository.SyncStatus.FAILED:
        return ""
    if with_link(repository.sync_error).link:
        return "authorise"
    return "reconnect" if RECONNECT in repository.sync_error else "choose"
