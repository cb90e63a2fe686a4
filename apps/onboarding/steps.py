"""The five steps of the way in: how each stands for a team, for the list above every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from django.urls import reverse

from apps.onboarding.models import StepChoice
from apps.onboarding.places import CONNECT, JIRA, OPTIONAL, REPOSITORIES, SLACK, STATUS
from apps.pipeline.machine import Status
from apps.teams.models import Team

#: What each step is called, by where it is taken; the place in this list is its number.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        CONNECT: "GitHub",
        REPOSITORIES: "Repositories",
        JIRA: "Jira",
        SLACK: "Slack",
        STATUS: "Done",
    }
)
ALL_DONE = len(NAMES) + 1  # where the list stands once nothing is left to do
_OPTIONAL = {place: step for step, place in OPTIONAL.items()}


@dataclass(frozen=True)
class StepInList:
    number: int
    name: str
    state: Literal["done", "skipped", "ahead"]
    is_here: bool
    is_optional: bool
    url: str  #: empty where it cannot be taken now


def steps_of(team: Team | None, here: int) -> tuple[StepInList, ...]:
    """
    The list for a page of the way in; one query. Empty once there is nothing left to be led to.

    :param team: None while it has no name yet.
    :param here: the number of the page's own step; 0 is before the first, `ALL_DONE` after all.
    """
    if team is None:
        return tuple(
            StepInList(number, name, "ahead", False, place in _OPTIONAL, "")
            for number, (place, name) in enumerate(NAMES.items(), start=1)
        )
    settled = dict(StepChoice.objects.filter(team=team).values_list("step", "choice"))
    if not _leads(team, here, settled):
        return ()
    has_begun = team.onboarding_pipeline_status != Status.NOT_STARTED
    steps = []
    for number, (place, name) in enumerate(NAMES.items(), start=1):
        optional = _OPTIONAL.get(place)
        state = _state(place, number, here, has_begun=has_begun, team=team, settled=settled)
        # Back to GitHub while nothing has begun; to what may be left out, and to the end, after.
        is_open = (place == CONNECT and number < here) if not has_begun else number > 2
        steps.append(
            StepInList(
                number=number,
                name=name,
                state=state,
                is_here=number == here,
                is_optional=optional is not None,
                url=reverse(place, args=[team.slug]) if is_open and number != here else "",
            )
        )
    return tuple(steps)


def _leads(team: Team, here: int, settled: Mapping[str, str]) -> bool:
    """
    No dashboard yet; or a page beside the first import, or the last look at the list.

    An import may be over before a person is: what is not settled still leads on.
    """
    if team.phase1_completed_at is None or here == ALL_DONE:
        return True
    is_beside = list(NAMES)[here - 1] in _OPTIONAL
    is_settled = all(step in settled for step in OPTIONAL)
    return is_beside and not (is_settled and team.onboarding_pipeline_completed_at is not None)


def _state(
    place: str,
    number: int,
    here: int,
    *,
    has_begun: bool,
    team: Team,
    settled: Mapping[str, str],
) -> Literal["done", "skipped", "ahead"]:
    if (optional := _OPTIONAL.get(place)) is not None:
        match settled.get(optional):
            case None:
                return "ahead"
            case StepChoice.Choice.SKIPPED:
                return "skipped"
            case _:
                return "done"
    if place == STATUS:
        return "done" if team.phase1_completed_at is not None else "ahead"
    return "done" if has_begun or number < here else "ahead"
