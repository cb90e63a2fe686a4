"""How it went: the log of a team's moves, in the words of the status page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from apps.onboarding.words import STAGES, stage_label
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import Status
from apps.pipeline.recovery import DEAD, DUE, LOST
from apps.pipeline.standing import VERBS_FOR_PEOPLE
from apps.teams.models import Team

LENGTH = 40  # moves shown, the newest ones

#: `here` is the stage that the move left, `there` the one that it led to.
MOVES: Mapping[str, str] = MappingProxyType(
    {
        "start": "Started: {there}",
        "restart": "Started again: {there}",
        "retry": "Tried again: {there}",
        "advance": "{there}",
        "pause": "Paused",
        "resume": "Went on: {there}",
        "cancel": "Cancelled at: {here}",
        "fail": "Stopped at: {here}",
        "postpone": "Waits: {there}",
        "send_again": "Sent again: {there}",
    }
)
#: Recovery's own words, for people who do not know what a dispatch is.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        DUE: "The wait is over.",
        LOST: "No worker had taken it.",
        DEAD: "The worker had fallen silent; another one goes on.",
    }
)


@dataclass(frozen=True)
class LogLine:
    at: datetime
    text: str
    actor: str  #: who asked for it; empty where nobody had to
    reason: str


def latest_moves(team: Team) -> list[PipelineTransition]:
    """The newest first."""
    return list(team.transitions.order_by("-ticket")[:LENGTH])


def journal_of(moves: Iterable[PipelineTransition], *, two_phase: bool) -> tuple[LogLine, ...]:
    return tuple(
        LogLine(
            at=moved.at,
            text=MOVES[moved.verb].format(
                here=_place(moved.source, two_phase=two_phase),
                there=_place(moved.target, two_phase=two_phase),
            ),
            actor=moved.actor if moved.verb in VERBS_FOR_PEOPLE else "",
            reason=REASONS.get(moved.reason, moved.reason),
        )
        for moved in moves
    )


def _place(name: str, *, two_phase: bool) -> str:
    status = Status(name)
    if status in STAGES:
        return stage_label(status, two_phase=two_phase)
    return "Everything is read" if status == Status.COMPLETE else status.label
