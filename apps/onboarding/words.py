"""What each status and each button is called on the pages of people who watch the import."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.conf import settings

from apps.core.history import quick_start_days
from apps.pipeline.machine import Status
from apps.pipeline.standing import Standing

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


@dataclass(frozen=True)
class Verb:
    """A button: what it says, which picture it has, and what is said once it is pressed."""

    label: str
    icon: str
    done: str  #: once it has worked, or had been so already
    in_vain: str  #: where the status does not allow it; what the status is follows it


#: The moves that the status page offers, in the order of its buttons.
VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "retry": Verb(
            "Try again",
            "retry",
            "Trying again from the step that failed.",
            "There is nothing to try again.",
        ),
        "resume": Verb("Go on", "play", "The import goes on.", "There is nothing to go on with."),
        "pause": Verb(
            "Pause",
            "pause",
            "The import pauses; what was read is kept.",
            "There is nothing to pause.",
        ),
        "cancel": Verb(
            "Cancel",
            "cross",
            "The import was cancelled; what was read is kept.",
            "There is nothing to cancel.",
        ),
        "restart": Verb(
            "Read again",
            "retry",
            "Reading again. What was read before stays and is brought up to date.",
            "There is nothing to read again.",
        ),
    }
)


def stage_label(status: Status, *, two_phase: bool) -> str:
    """The stage in words; in a run of one phase, phase 1 reads the whole history."""
    recent = days(quick_start_days()) if two_phase else history_in_words()
    return STAGES[status].format(recent=recent, whole=history_in_words())


def state_in_words(standing: Standing, *, two_phase: bool) -> str:
    """What the import does, without a full stop."""
    if standing.status == Status.COMPLETE:
        return f"The last {history_in_words()} are read"
    if standing.status == Status.FAILED:
        return "The import has stopped"
    if standing.is_paused:
        return "The import is paused"
    if standing.phase == 2:
        return "Your dashboard is open; older pull requests are still being read"
    if standing.is_active:
        return stage_label(standing.status, two_phase=two_phase)
    return "The import has not started"


def history_in_words() -> str:
    """How far back a whole run reads: "90 days", "12 months"."""
    months: int = settings.HISTORICAL_SYNC_CONFIG["history_months"]
    if months:
        return f"{months} month" if months == 1 else f"{months} months"
    return days(settings.HISTORICAL_SYNC_CONFIG["background_days"])


def days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
