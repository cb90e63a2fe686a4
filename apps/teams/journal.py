"""What has happened to a team's import, in plain sentences: the log of its moves, retold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, zip_longest
from types import MappingProxyType

from django.db.models import QuerySet

from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import Status
from apps.pipeline.recovery import DEAD, DIED, DUE, LOST, STOPPING
from apps.teams.models import Team
from apps.teams.stages import STAGES, stage_label

READ = 200  # moves looked at, the newest: an hour without a worker is many, and one line
LINES = 50  # told of them

#: By verb and reason; "" is any other reason, which the sentence may quote. Only the reasons of
#: moves that wait or fail are written for people, and these are the only ones to be quoted.
WORDS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("start", ""): "Started{by}: {there}",
        ("restart", ""): "Started from the beginning{by}: {there}",
        ("refresh", ""): "{update}: {there}",
        ("retry", ""): "Tried again{by}: {there}",
        ("advance", ""): "{there}",
        ("pause", ""): "Paused{by}{at}",
        ("resume", ""): "Continued{by}{at}",
        ("cancel", ""): "Cancelled{by}{at}",
        ("postpone", ""): "Waiting{until}{at}: {reason}",
        ("fail", ""): "Stopped{at}: {reason}",
        ("fail", DEAD): "Stopped{at}: its worker had gone silent, several times in a row",
        ("fail", DIED): "Stopped{at}: its worker had died, several times in a row",
        ("send_again", ""): "Sent again{at}",
        ("send_again", DUE): "Continued{at}: the wait was over",
        ("send_again", LOST): "Sent again: no worker had taken it",
        ("send_again", DEAD): "Resumed{at}: its worker had gone silent",
        ("send_again", DIED): "Resumed{at}: its worker had died",
        ("send_again", STOPPING): "Handed over to another worker{at}: its own was shut down",
        ("save", ""): "Sent again{at}",
        ("remove", ""): "Deleted{by}",
    }
)
#: What an advance to these means to a team; any other advance is a stage that begins.
MILESTONES: Mapping[Status, str] = MappingProxyType(
    {Status.PHASE1_COMPLETE: "Dashboard ready", Status.COMPLETE: "Everything is read"}
)
#: Who asks for an update without being a person at a button.
UPDATES: Mapping[str, str] = MappingProxyType(
    {
        "nightly": "Nightly update",
        "webhook": "GitHub told of changes",
        "weekly": "Update for the week in numbers",
    }
)
UP_TO_DATE = "Everything is up to date"
#: Who is no person. Anybody else who may move a team is called by the user name.
BY: Mapping[str, str] = MappingProxyType({"": "", "command": " on the server"})
ADMIN = "admin"  # the reason of moves in Django's admin
STAFF = "Mergelight's staff"  # what a team calls whoever makes them
#: Moves are the same whatever time their reason names.
CLOCK = re.compile(r"\b\d\d:\d\d\b")


@dataclass(frozen=True)
class Line:
    """What happened, once or several times in a row."""

    at: datetime  #: the first time
    text: str
    again: str  #: how often, and when it was the last time; empty for once


@dataclass(frozen=True)
class Journal:
    lines: tuple[Line, ...]  #: the newest first
    earlier: int  #: moves of this run that are not told


@dataclass(frozen=True)
class _Event:
    """A move; with the end of its wait, if it is one whose end is known."""

    moved: PipelineTransition
    until: datetime | None


def latest_moves(team: Team) -> list[PipelineTransition]:
    """Of the present run, the newest first."""
    return list(_moves(team).order_by("-ticket")[:READ])


def journal_of(team: Team, moves: Sequence[PipelineTransition]) -> Journal:
    """
    Tell what happened; what happened several times in a row is one line.

    No query, but one where the log is longer than what was read of it.

    :param moves: as `latest_moves` returns them.
    """
    is_refresh = _is_refresh(team, moves)
    told = [
        list(same)
        for _, same in groupby(
            _events(team, moves[::-1]),
            lambda event: CLOCK.sub("", in_words(event.moved, team, is_refresh=is_refresh)),
        )
    ][-LINES:]
    if not told:
        return Journal((), 0)
    first = told[0][0].moved.ticket
    untold = sum(moved.ticket < first for moved in moves)
    unread = _moves(team).count() - len(moves) if len(moves) == READ else 0
    return Journal(tuple(_line(same, team, is_refresh) for same in reversed(told)), untold + unread)


def cancelled_by(team: Team) -> str:
    """Who has stopped the team's run, if its last move was that; empty otherwise. One query."""
    last = PipelineTransition.objects.filter(team_id=team.pk, ticket=team.pipeline_ticket).first()
    return mover(last) if last and last.verb == "cancel" else ""


def mover(moved: PipelineTransition) -> str:
    """Who has moved, as the team may read it: its members by user name, staff as such."""
    return STAFF if moved.reason == ADMIN else moved.actor


def in_words(
    moved: PipelineTransition,
    team: Team,
    *,
    until: datetime | None = None,
    names_staff: bool = False,
    is_refresh: bool = False,
) -> str:
    """
    One move as a sentence.

    It names no process and quotes no reason that is not meant for people.

    :param names_staff: for readers who are staff too.
    :param is_refresh: the move is one of a run that updates a complete history.
    """
    who = moved.actor if names_staff else mover(moved)
    by = BY.get(who, f" by {who}")
    words = WORDS.get((moved.verb, moved.reason)) or WORDS[moved.verb, ""]
    return words.format(
        there=_there(moved, team, is_refresh=is_refresh),
        at=f" at {moved.position}" if moved.position else "",
        by=by,
        update=UPDATES.get(who, f"Update asked for{by}"),
        until=f" until {_clock(until, team)}" if until else "",
        reason=moved.reason,
    )


def _is_refresh(team: Team, moves: Sequence[PipelineTransition]) -> bool:
    """Of the present run; once it is complete, only its first move tells, if it was read."""
    if team.onboarding_pipeline_status != Status.COMPLETE:
        return team.is_refresh
    return bool(moves) and moves[-1].verb == "refresh"


def _moves(team: Team) -> QuerySet[PipelineTransition]:
    return PipelineTransition.objects.filter(team_id=team.pk, run=team.pipeline_run)


def _events(team: Team, moves: Sequence[PipelineTransition]) -> Iterator[_Event]:
    """From the oldest on; a wait and its end are one."""
    before: PipelineTransition | None = None
    for moved, following in zip_longest(moves, moves[1:]):
        is_end_of_wait = before is not None and before.verb == "postpone" and moved.reason == DUE
        if not is_end_of_wait:
            yield _Event(moved, _end_of_wait(moved, following, team))
        before = moved


def _end_of_wait(
    moved: PipelineTransition, following: PipelineTransition | None, team: Team
) -> datetime | None:
    if moved.verb != "postpone":
        return None
    if following is None:
        return team.pipeline_not_before
    return following.at if following.reason == DUE else None


def _line(same: Sequence[_Event], team: Team, is_refresh: bool) -> Line:
    first, last = same[0], same[-1]
    last_at = _clock(last.moved.at, team)
    return Line(
        at=first.moved.at,
        text=in_words(last.moved, team, until=last.until, is_refresh=is_refresh),
        again=f"{len(same)} times, the last at {last_at}" if len(same) > 1 else "",
    )


def _there(moved: PipelineTransition, team: Team, *, is_refresh: bool) -> str:
    status = Status(moved.target)
    if moved.verb == "advance" and status in MILESTONES:
        return (UP_TO_DATE if is_refresh else MILESTONES[status]) + _after(moved, team)
    if status not in STAGES:
        return ""
    return stage_label(status, team, is_refresh=is_refresh)


def _after(moved: PipelineTransition, team: Team) -> str:
    """How long after its start; empty for an earlier run, whose start the row does not know."""
    started = team.onboarding_pipeline_started_at
    if started is None or moved.run != team.pipeline_run:
        return ""
    seconds = round((moved.at - started).total_seconds())
    return f" after {seconds} s" if seconds < 100 else f" after {round(seconds / 60)} min"


def _clock(moment: datetime, team: Team) -> str:
    return f"{moment.astimezone(team.zone):%H:%M:%S}"
