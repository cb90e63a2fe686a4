"""What each status is called for people who watch an import."""

from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings

from apps.core.history import quick_start_days
from apps.pipeline.machine import Status

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


def stage_label(status: Status, *, two_phase: bool, is_refresh: bool = False) -> str:
    """The stage in words; in a run of one phase, phase 1 reads the whole history."""
    if is_refresh:
        return REFRESH_STAGES[status]
    recent = days(quick_start_days()) if two_phase else history_in_words()
    return STAGES[status].format(recent=recent, whole=history_in_words())


def history_in_words() -> str:
    """How far back a whole run reads: "90 days", "12 months"."""
    months: int = settings.HISTORICAL_SYNC_CONFIG["history_months"]
    if months:
        return f"{months} month" if months == 1 else f"{months} months"
    return days(settings.HISTORICAL_SYNC_CONFIG["background_days"])


def days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
