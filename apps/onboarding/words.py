"""What each button is called, and what an import does, for people who watch it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from django.conf import settings

from apps.github.models import Connection
from apps.pipeline.machine import Status
from apps.pipeline.nightly import latest
from apps.pipeline.standing import Standing
from apps.teams.models import Team
from apps.teams.stages import history_in_words, stage_label


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
        "refresh": Verb(
            "Update now",
            "retry",
            "Reading what has changed. The dashboard stays open meanwhile.",
            "There is nothing to bring up to date.",
        ),
        "restart": Verb(
            "Read again",
            "retry",
            "Reading again. What was read before stays and is brought up to date.",
            "There is nothing to read again.",
        ),
    }
)


def state_in_words(standing: Standing, team: Team) -> str:
    """What the import does, without a full stop."""
    if standing.status == Status.COMPLETE:
        return f"The last {history_in_words(team)} are read"
    if standing.is_refresh:
        return _update_in_words(standing)
    if standing.status == Status.FAILED:
        return "The import has stopped"
    if standing.is_paused:
        return "The import is paused"
    if standing.is_starting:
        return "The import is starting"
    if standing.phase == 2:
        return "Your dashboard is open; older pull requests are still being read"
    if standing.is_active:
        return stage_label(standing.status, team)
    return "The import has not started"


def next_update_in_words(team: Team, *, now: datetime) -> str:
    """When a team that is complete is brought up to date without a person, by its own clock."""
    hour: int | None = settings.PIPELINE["nightly_hour"]
    if hour is None:
        return "New pull requests are read when somebody asks for an update."
    begins = (latest(hour, now) + timedelta(days=1)).astimezone(team.zone)
    return f"New pull requests are read every day, from {begins:%H:%M} ({team.time_zone}) on."


def way_in_words(kind: str, *, is_lost: bool) -> str:
    """
    The button that leads to another way to GitHub.

    :param kind: of the present connection; empty without one.
    :param is_lost: GitHub cannot be asked by it any more.
    """
    if is_lost or not kind:
        return "Reconnect GitHub"
    return "Use another token" if kind == Connection.Kind.TOKEN else "Change the connection"


def _update_in_words(standing: Standing) -> str:
    if standing.status == Status.FAILED:
        return "Updating has stopped"
    return "The update is paused" if standing.is_paused else "Bringing the numbers up to date"


#: What GitHub was asked for and has not granted, by its own name, and what a team misses then.
NOT_GRANTED: Mapping[str, str] = MappingProxyType(
    {
        "repo": "Without the scope “repo”, private repositories are not read.",
        "read:org": "Without the scope “read:org”, the organisation's members are not listed.",
        "metadata": "Without the permission “Metadata”, repositories are not listed.",
        "pull_requests": "Without the permission “Pull requests”, private ones are not read.",
        "contents": "Without the permission “Contents”, messages of commits are not read.",
        "members": "Without the permission “Members”, the organisation's members are not listed.",
    }
)
