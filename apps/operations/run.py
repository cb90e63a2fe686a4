"""One team's run from a terminal: begun or taken up again, and seen through to its end."""

from dataclasses import dataclass

from rich.console import Console

from apps.operations.display import display
from apps.operations.follow import Glance, Stalled, follow, glance_at
from apps.operations.journal import Journal, journal_of
from apps.operations.screen import duration, table
from apps.operations.supervise import Supervisor
from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.pipeline.standing import standing_of
from apps.teams.models import Team

ACTOR = "command"
NOT_COMPLETE = "The run has not ended."


@dataclass(frozen=True)
class Ending:
    """How a run ended, or why it was given up; `reason` is empty at `complete`."""

    glance: Glance
    journal: Journal
    reason: str

    @property
    def is_complete(self) -> bool:
        return not self.reason


def begin(team: Team, *, anew: bool = False) -> bool:
    """
    Set the team going from wherever it stands; False if there is nothing to do.

    :param anew: it has new repositories, which only a run from the beginning reads. What is stored
        of the others is not fetched again.
    :raises MoveRefused: if somebody else moves the team at the same moment.
    """
    standing = standing_of(team)
    if anew and standing.status != Status.NOT_STARTED:
        move(team.pk, "restart", actor=ACTOR)
    elif standing.is_paused:
        move(team.pk, "resume", actor=ACTOR)
    elif standing.status == Status.FAILED:
        move(team.pk, "retry", actor=ACTOR)
    elif standing.status == Status.NOT_STARTED:
        move(team.pk, "start", actor=ACTOR)
    else:
        return standing.is_active
    return True


def see_through(team: Team, *, supervisor: Supervisor, console: Console, patience: float) -> Ending:
    """Show the run until it ends; give it up when nothing has moved for `patience` seconds."""
    stalled = ""
    with display(console) as screen:
        try:
            for glance in follow(team.pk, tend=supervisor.tend, patience=patience):
                screen.show(glance)
        except Stalled as exc:
            stalled = str(exc)
    return ending_of(team, stalled=stalled)


def ending_of(team: Team, *, stalled: str = "") -> Ending:
    """
    Read how the team's run has ended.

    :param stalled: why it was given up or never begun; a reason even for a team that an earlier
        run had made complete.
    """
    team = Team.objects.get(pk=team.pk)
    glance = glance_at(team.pk)
    at_rest = "" if glance.status == Status.COMPLETE else glance.standing.error or NOT_COMPLETE
    reason = stalled or at_rest
    return Ending(glance, journal_of(team), reason)


def print_stays(journal: Journal, console: Console) -> None:
    """The table status → seconds of a run; nothing of one that never began."""
    stays = [stay for stay in journal.stays if stay.seconds is not None]
    if not stays:
        return
    console.print(
        table(("status", "seconds"), [(stay.status.value, f"{stay.seconds:.1f}") for stay in stays])
    )
    console.print(
        f"dashboard after {duration(journal.phase1_seconds)}, "
        f"all after {duration(journal.total_seconds)}"
    )
