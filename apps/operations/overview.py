"""One team on one line: where it stands, for tables and machines."""

from typing import Any

from apps.operations.export import moment
from apps.pipeline.standing import standing_of


def team_values(team: Any) -> dict[str, Any]:
    """What `pipeline list` and `pipeline show` say of a team, ready for JSON."""
    standing = standing_of(team)
    return {
        "team": team.slug,
        "name": team.name,
        "status": standing.status.value,
        "percent": standing.percent,
        "position": team.pipeline_position,
        "is_paused": standing.is_paused,
        "waits_for": standing.waits_for,
        "not_before": moment(standing.not_before),
        "error": standing.error,
        "dashboard_is_open": standing.dashboard_is_open,
        "is_refreshing": standing.is_refreshing,
        "run": team.pipeline_run,
        "ticket": team.pipeline_ticket,
        "claimed": team.pipeline_claimed,
        "worker": team.pipeline_worker,
        "attempts": team.pipeline_attempts,
        "heartbeat_at": moment(team.pipeline_heartbeat_at),
        "started_at": moment(team.onboarding_pipeline_started_at),
        "completed_at": moment(team.onboarding_pipeline_completed_at),
    }
