"""What the status page shows: a team's standing, its repositories and its log, as plain values."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.db.models import Count, Q

from apps.github.models import TrackedRepository
from apps.llm.models import PullRequestAnalysis
from apps.onboarding.words import VERBS, Verb, history_in_words, stage_label
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import STEPS, Status, journey
from apps.pipeline.standing import Standing, standing_of
from apps.teams.models import Team

LOG_LENGTH = 40  # moves shown, the newest ones
#: What a move that keeps the status did.
STAYED = {
    "pause": "paused",
    "resume": "resumed",
    "postpone": "waits",
    "send_again": "sent again",
    "restart": "started again",
}


@dataclass(frozen=True)
class Stage:
    label: str
    state: Literal["done", "now", "ahead", "failed"]
    in_background: bool  #: of phase 2, after the dashboard has opened


@dataclass(frozen=True)
class RepositoryRow:
    name: str
    state: Literal["waiting", "reading", "done", "empty", "gaps", "failed"]
    completed: int  #: of `total`, in the days that are being read
    total: int  #: may grow while it is read
    stored: int  #: all pull requests that are there by now
    reason: str  #: a sentence; empty when all is well


@dataclass(frozen=True)
class Analysis:
    """How far the reading for signs of AI is. `decided` are those a model has answered for."""

    pull_requests: int
    looked_at: int  #: by the rules for declared AI, which need no model
    decided: int
    is_off: bool  #: the team, or this installation, uses no language model

    @property
    def done(self) -> int:
        """Where the bar stands: the model's answers, or without a model the rules'."""
        return self.looked_at if self.is_off else self.decided


@dataclass(frozen=True)
class LogLine:
    at: datetime
    text: str
    actor: str
    reason: str


@dataclass(frozen=True)
class Progress:
    standing: Standing
    account: str
    stages: tuple[Stage, ...]
    repositories: tuple[RepositoryRow, ...]
    analysis: Analysis
    older_read: int  #: percent of phase 2's pull requests
    older_analysed: int  #: percent of these that were looked at for signs of AI
    log: tuple[LogLine, ...]
    headline: str
    waiting: str  #: why nothing moves right now; empty while it moves
    buttons: tuple[tuple[str, Verb], ...]
    poll_seconds: int | None  #: None: there is nothing left to watch

    @property
    def version(self) -> str:
        """Changes with anything that the page would show differently."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def whole_repositories(self) -> int:
        return sum(row.state in ("done", "empty") for row in self.repositories)


def progress_of(team: Team, *, account: str, may_move: bool) -> Progress:
    """
    Read everything the status page shows, in three queries.

    :param may_move: whether the visitor gets the buttons.
    """
    standing = standing_of(team)
    repositories = tuple(
        _repository_row(repository)
        for repository in team.repositories.filter(is_selected=True)
        .annotate(stored=Count("pull_requests"))
        .order_by("name_with_owner")
    )
    return Progress(
        standing=standing,
        account=account,
        stages=_stages(standing, two_phase=team.pipeline_two_phase),
        repositories=repositories,
        analysis=_analysis(team),
        older_read=team.background_sync_progress,
        older_analysed=team.background_llm_progress,
        log=_log(team),
        headline=_headline(standing, two_phase=team.pipeline_two_phase),
        waiting=_waiting(standing),
        buttons=tuple(
            (name, verb) for name, verb in VERBS.items() if may_move and name in standing.can
        ),
        poll_seconds=_poll_seconds(standing),
    )


def _poll_seconds(standing: Standing) -> int | None:
    if not standing.is_active:
        return None
    key = "poll_interval_seconds" if standing.phase == 1 else "banner_interval_seconds"
    seconds: int = settings.HISTORICAL_SYNC_CONFIG[key]
    return seconds


def _stages(standing: Standing, *, two_phase: bool) -> tuple[Stage, ...]:
    here = len(standing.done)
    return tuple(
        Stage(
            label=stage_label(status, two_phase=two_phase),
            state=_stage_state(place - here, standing),
            in_background=STEPS[status].phase == 2,
        )
        for place, status in enumerate(journey(two_phase=two_phase))
        if status in STEPS  # `complete` is an end, not a stage
    )


def _stage_state(distance: int, standing: Standing) -> Literal["done", "now", "ahead", "failed"]:
    if distance < 0:
        return "done"
    if distance > 0 or standing.status == Status.NOT_STARTED:
        return "ahead"
    return "now" if standing.is_active else "failed"


def _headline(standing: Standing, *, two_phase: bool) -> str:
    if standing.status == Status.COMPLETE:
        return f"All {history_in_words()} are read"
    if standing.status == Status.FAILED:
        return "The import has stopped"
    if standing.is_paused:
        return "The import is paused"
    if standing.phase == 2:
        return "Your dashboard is open; older pull requests are still being read"
    if standing.is_active:
        return stage_label(standing.status, two_phase=two_phase)
    return "The import has not started"


def _waiting(standing: Standing) -> str:
    if standing.waits_for == "worker":
        return "Waiting for a worker. It goes on by itself as soon as one is free."
    if standing.is_active and standing.error:
        return standing.error
    return ""


def _repository_row(repository: Any) -> RepositoryRow:
    return RepositoryRow(
        name=repository.name_with_owner,
        state=_repository_state(repository.sync_status, repository.stored),
        completed=repository.sync_prs_completed,
        total=repository.sync_prs_total,
        stored=repository.stored,
        reason=repository.sync_error,
    )


def _repository_state(
    sync_status: str, stored: int
) -> Literal["waiting", "reading", "done", "empty", "gaps", "failed"]:
    match TrackedRepository.SyncStatus(sync_status):
        case TrackedRepository.SyncStatus.PENDING:
            return "waiting"
        case TrackedRepository.SyncStatus.SYNCING:
            return "reading"
        case TrackedRepository.SyncStatus.PARTIAL:
            return "gaps"
        case TrackedRepository.SyncStatus.FAILED:
            return "failed"
        case TrackedRepository.SyncStatus.COMPLETED:
            return "done" if stored else "empty"


def _analysis(team: Team) -> Analysis:
    done = (PullRequestAnalysis.LlmState.DONE, PullRequestAnalysis.LlmState.UNDECIDED)
    counts = team.pull_requests.aggregate(
        all=Count("pk"),
        looked_at=Count("analysis"),
        decided=Count("analysis", filter=Q(analysis__llm_state__in=done)),
    )
    return Analysis(
        pull_requests=counts["all"],
        looked_at=counts["looked_at"],
        decided=counts["decided"],
        is_off=not (team.llm_enabled and settings.GROQ_API_KEY),
    )


def _log(team: Team) -> tuple[LogLine, ...]:
    return tuple(
        LogLine(
            at=transition.at,
            text=_move_in_words(transition),
            actor=transition.actor,
            reason=transition.reason,
        )
        for transition in team.transitions.order_by("-ticket")[:LOG_LENGTH]
    )


def _move_in_words(transition: PipelineTransition) -> str:
    target = Status(transition.target).label
    if transition.source == transition.target:
        return f"{target}: {STAYED.get(transition.verb, transition.verb)}"
    return f"{Status(transition.source).label} → {target}"
