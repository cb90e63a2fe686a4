"""What each status is called for people who watch an import."""

from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings

from apps.core.history import quick_start_days
from apps.pipeline.machine import Status
from apps.teams.models import Team

S = Status

STAGES: Mapping[Status, str] = MappingProxyType(
    {
        S.SYNCING_MEMBERS: "Looking up who belongs to the team",
        S.SYNCING: "Reading the pull requests of the last {recent}",
        S.LLM_PROCESSING: "Looking for signs of AI",
        S.COMPUTING_METRICS: "Computing the numbers of each week",
        S.COMPUTING_INSIGHTS: "Finding what stands out",
        S.PHASE1_COMPLETE: "Opening the dashboard and telling you",
        S.BACKGROUND_SYNCING: "Reading older pull requests, back to {whole}",
        S.BACKGROUND_LLM: "Looking for signs of AI in the older ones",
        S.BACKGROUND_METRICS: "Computing all weeks again",
        S.BACKGROUND_INSIGHTS: "Finding what stands out over the whole time",
    }
)
#: The same statuses in a run that brings a complete history up to date.
REFRESH_STAGES: Mapping[Status, str] = MappingProxyType(
    {
        S.BACKGROUND_SYNCING: "Reading what has changed at GitHub",
        S.BACKGROUND_LLM: "Looking for signs of AI in what has changed",
        S.BACKGROUND_METRICS: "Computing all weeks again",
        S.BACKGROUND_INSIGHTS: "Finding what stands out",
    }
)


def stage_label(status: Status, team: Team, *, is_refresh: bool = False) -> str:
    """The stage in words; in a run of one phase, phase 1 reads the whole history."""
    if is_refresh:
        return REFRESH_STAGES[status]
    whole = history_in_words(team)
    recent = days(quick_start_days()) if team.pipeline_two_phase else whole
    return STAGES[status].format(recent=recent, whole=whole)


def history_in_words(team: Team) -> str:
    """How far back the team's run reads, or its first one will: "90 days", "12 months"."""
    has_begun = team.onboarding_pipeline_status != Status.NOT_STARTED
    return length_in_words(team.pipeline_history_days if has_begun else team.history_days)


def length_in_words(own_days: int | None) -> str:
    """:param own_days: None: as long as the installation says."""
    if own_days is not None:
        return days(own_days)
    months: int = settings.HISTORICAL_SYNC_CONFIG["history_months"]
    if months:
        return f"{months} month" if months == 1 else f"{months} months"
    return days(settings.HISTORICAL_SYNC_CONFIG["background_days"])


def days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
