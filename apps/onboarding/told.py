"""The status page for programs: the same facts, by names that stay."""

from dataclasses import asdict
from typing import Any

from django.urls import reverse

from apps.core.mails import public_url
from apps.metrics.so_far import SoFar
from apps.onboarding.places import DASHBOARD, STATUS
from apps.onboarding.progress import Progress
from apps.onboarding.repository_rows import RepositoryRow
from apps.pipeline.machine import Status
from apps.teams.models import Team


def told_of(team: Team, progress: Progress, numbers: SoFar | None) -> dict[str, Any]:
    """Whole seconds, ISO times, and sentences in English; `version` is that of `?v=`."""
    standing = progress.standing
    return {
        "team": team.slug,
        "version": progress.version,
        "run": team.pipeline_run,
        "status": str(standing.status),
        "headline": progress.headline,
        "phase": standing.phase,
        "percent": progress.percent,
        "is_active": standing.is_active,
        "is_paused": standing.is_paused,
        "outcome": _outcome(progress),
        "error": standing.error,
        "waiting": progress.waiting,
        "not_before": standing.not_before.isoformat() if standing.not_before else None,
        "minutes_left": progress.minutes_left,
        "repositories_read": progress.whole_repositories,
        "repositories": [_repository(row) for row in progress.repositories],
        "analysed": {
            "done": progress.analysed.total - progress.analysed.pending,
            "total": progress.analysed.total,
            "reason": progress.analysed.reason,
        },
        "first_numbers": asdict(numbers) if numbers else None,
        "dashboard_is_open": standing.dashboard_is_open,
        "can": [name for name, _ in progress.buttons],
        "poll_seconds": progress.poll_seconds,
        "status_url": public_url(STATUS, team.slug),
        "dashboard_url": public_url(DASHBOARD, team.slug),
    }


def begun(team: Team, names: list[str]) -> dict[str, Any]:
    """The answer to whoever wants this run; the same to everybody who wants it."""
    return {
        "run": team.pipeline_run,
        "repositories": names,
        "status_url": reverse("onboarding:status_json", args=[team.slug]),
    }


def _outcome(progress: Progress) -> str | None:
    """How the run has ended; None while it goes on."""
    standing = progress.standing
    if standing.status == Status.FAILED:
        return "cancelled" if progress.cancelled_by else "failed"
    if standing.status != Status.COMPLETE:
        return None
    has_gaps = progress.whole_repositories < len(progress.repositories)
    return "complete_with_gaps" if has_gaps else "complete"


def _repository(row: RepositoryRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "state": row.state,
        "listed": row.listed,
        "fetched": row.fetched,
        "stored": row.stored,
        "gaps": row.gaps,
        "reason": row.notice.sentence,
    }
