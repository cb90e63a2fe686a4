"""A run read from its log: how long it was in each status, and how long it took in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import OPENS_DASHBOARD, STEPS, Status
from apps.teams.models import Team


@dataclass(frozen=True)
class Stay:
    """A time spent in one status; `seconds` is None while it lasts and where nothing runs."""

    status: Status
    entered_at: datetime
    seconds: float | None


@dataclass(frozen=True)
class Journal:
    """One run. Its times are the database's, so that they mean the same to every process."""

    stays: tuple[Stay, ...]
    phase1_seconds: float | None  #: from the start until the dashboard opened; None in a refresh
    total_seconds: float | None  #: from the start until the run ended, well or not


def journal_of(team: Team) -> Journal:
    """The log of the team's present run."""
    log = PipelineTransition.objects.filter(team_id=team.pk, run=team.pipeline_run)
    return journal(list(log.order_by("ticket")))


def journal(log: Sequence[PipelineTransition]) -> Journal:
    """Read the transitions of one run, oldest first; those that kept the status are no new stay."""
    # The first entry counts always: a restart of a run in its first status keeps it, too.
    moves = [*log[:1], *(entry for entry in log[1:] if entry.source != entry.target)]
    opening = () if log and log[0].verb == "refresh" else moves  # it was open before
    opened = next((entry for entry in opening if entry.target in OPENS_DASHBOARD), None)
    ended = moves[-1] if moves and moves[-1].target not in STEPS else None
    return Journal(
        stays=tuple(
            Stay(Status(entry.target), entry.at, _seconds(entry, following))
            for entry, following in zip_longest(moves, moves[1:])
        ),
        phase1_seconds=_seconds(moves[0], opened) if moves else None,
        total_seconds=_seconds(moves[0], ended) if moves else None,
    )


def _seconds(earlier: PipelineTransition, later: PipelineTransition | None) -> float | None:
    return None if later is None else round((later.at - earlier.at).total_seconds(), 2)
