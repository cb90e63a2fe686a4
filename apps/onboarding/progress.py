"""What the status page shows: standing, repositories and journal of a team, as plain values."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.conf import settings
from django.utils import timezone

from apps.github.connecting.closed import possible_without_github
from apps.github.models import Connection
from apps.llm.progress import Analysed, analysed_of
from apps.onboarding.missing import Missing, complete_in_words
from apps.onboarding.overall import percent_of_run
from apps.onboarding.repository_rows import RepositoryRow, rows_of, tracked_by
from apps.onboarding.time_left import ANALYSING, in_words, minutes_left
from apps.onboarding.words import (
    VERBS,
    Verb,
    next_update_in_words,
    state_in_words,
    way_in_words,
)
from apps.pipeline.log import PipelineTransition
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.standing import Standing, standing_of
from apps.teams.journal import Journal, journal_of, latest_moves, mover
from apps.teams.models import Team
from apps.teams.stages import history_in_words, stage_label
from apps.teams.waiting import waiting_in_words

BACKGROUND = 2  # the phase behind an open dashboard
ANOTHER_WAY = "Reconnect GitHub"  # in every sentence about a way to GitHub that is closed


@dataclass(frozen=True)
class Stage:
    label: str
    state: Literal["done", "now", "ahead", "stopped"]
    in_background: bool  #: of phase 2, after the dashboard has opened


@dataclass(frozen=True)
class Facts:
    """All that the status page rests on, but the log of moves."""

    team: Team
    account: str
    way: str  #: the kind of the connection; empty without one
    closed_because: str  #: why GitHub cannot be asked any more; empty while it can
    may_move: bool  #: the visitor gets buttons
    standing: Standing
    percent: int
    repositories: tuple[RepositoryRow, ...]
    minutes_left: int | None  #: of the step that runs; None: not known
    analysed: Analysed

    @property
    def version(self) -> str:
        """
        Changes with anything that the page would show differently.

        The log is not read for it: whatever it gains is another ticket of the row.
        """
        team = self.team
        standing = replace(self.standing, can=frozenset())  # in another order in each process
        shown = (
            *(team.name, team.time_zone, self.account, self.may_move),
            *(self.way, self.closed_because),
            *(team.pipeline_run, team.pipeline_ticket, team.pipeline_two_phase, standing),
            *(self.percent, self.repositories, self.minutes_left, self.analysed),
            team.background_sync_progress,
        )
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Progress:
    version: str  #: of the facts
    standing: Standing
    account: str
    percent: int  #: of the whole run; never falls within it
    stages: tuple[Stage, ...]
    repositories: tuple[RepositoryRow, ...]
    minutes_left: int | None
    time_left: str  #: in words; empty where it is not known
    analysed: Analysed
    older_read: int  #: percent of phase 2's pull requests
    journal: Journal
    headline: str
    history: str  #: how far back it reads, in words
    next_update: str  #: when new pull requests are read, once all are
    closed_because: str  #: why GitHub cannot be asked any more; empty while it can
    waiting: str  #: why nothing moves right now; empty while it moves
    cancelled_by: str  #: who has stopped it; empty where nobody has
    is_cut_off: bool  #: nothing is read before somebody connects GitHub again
    other_way: str  #: what the button says that leads to another connection
    may_move: bool  #: the visitor gets buttons
    buttons: tuple[tuple[str, Verb], ...]
    poll_seconds: int | None  #: None: there is nothing left to watch

    @property
    def went_wrong(self) -> bool:
        """It has stopped, and not because somebody wanted it to."""
        return self.standing.status == Status.FAILED and not self.cancelled_by

    @property
    def again(self) -> str:
        """The verb that has a repository tried again that was not read in full; empty: none."""
        offered = [name for name, _ in self.buttons]
        return next((verb for verb in ("retry", "refresh") if verb in offered), "")

    @property
    def is_reading(self) -> bool:
        """Pull requests of the first days are still on their way, or nobody fetches them now."""
        done = self.standing.done
        return Status.SYNCING not in done and not self.standing.dashboard_is_open

    @property
    def in_short(self) -> str:
        """How far it is, for where there is no room for a row each; of an update: nothing."""
        if self.standing.is_refresh:
            return ""
        if self.standing.phase == BACKGROUND:
            return f"Older pull requests: {self.older_read} % read"
        if self.is_analysing:
            looked_at = self.analysed.total - self.analysed.pending
            return f"{looked_at} of {self.analysed.total} pull requests looked at"
        all_of_them = len(self.repositories)
        read = sum(row.state in ("done", "empty", "gaps") for row in self.repositories)
        return f"{read} of {all_of_them} repositor{'y' if all_of_them == 1 else 'ies'} read"

    @property
    def is_analysing(self) -> bool:
        """What is left of the time is that of the analysis."""
        return self.standing.status in ANALYSING

    @property
    def has_nothing(self) -> bool:
        """It is through, and none of the repositories had a pull request to read."""
        is_over = self.standing.status == Status.COMPLETE
        return is_over and all(row.state == "empty" for row in self.repositories)

    @property
    def whole_repositories(self) -> int:
        return sum(row.state in ("done", "empty") for row in self.repositories)


def facts_of(
    team: Team,
    *,
    connection: Connection | None,
    may_move: bool,
    minutes_shown: int | None = None,
) -> Facts:
    """
    Read what a poll is answered from, in at most five queries.

    :param may_move: whether the visitor gets the buttons.
    :param minutes_shown: what the visitor's page says of the time left.
    """
    standing = standing_of(team)
    tracked = tracked_by(team, standing)
    rows, analysed = rows_of(team, standing, tracked), analysed_of(team)
    return Facts(
        team=team,
        account=connection.account_login if connection else "",
        way=connection.kind if connection else "",
        closed_because=connection.closed_because if connection else "",
        may_move=may_move,
        standing=standing,
        percent=percent_of_run(team, standing, tracked),
        repositories=rows,
        minutes_left=minutes_left(
            team, standing, tracked, rows, analysed, shown=minutes_shown, now=timezone.now()
        ),
        analysed=analysed,
    )


def progress_of(facts: Facts) -> Progress:
    """What the page shows, with the log of moves: one more query, two where the log is long."""
    team, standing = facts.team, facts.standing
    moves = latest_moves(team)
    cancelled_by = _cancelled_by(standing, moves)
    is_cut_off = bool(facts.closed_because) or _is_refused(standing)
    # An App may be let in again where it is; a token that is refused stays so.
    is_for_good = bool(facts.closed_because) or (is_cut_off and facts.way == Connection.Kind.TOKEN)
    return Progress(
        version=facts.version,
        standing=standing,
        account=facts.account,
        percent=facts.percent,
        stages=_stages(standing, team),
        repositories=facts.repositories,
        minutes_left=facts.minutes_left,
        time_left=in_words(facts.minutes_left, standing.status),
        analysed=facts.analysed,
        older_read=team.background_sync_progress,
        journal=journal_of(team, moves),
        headline=_cancelled(standing) if cancelled_by else _headline(facts),
        history=history_in_words(team),
        next_update=next_update_in_words(team, now=timezone.now()),
        closed_because=facts.closed_because,
        waiting=waiting_in_words(standing, team),
        cancelled_by=cancelled_by,
        is_cut_off=is_cut_off,
        other_way=way_in_words(facts.way, is_lost=is_cut_off),
        may_move=facts.may_move,
        buttons=_buttons(standing, is_cut_off=is_for_good) if facts.may_move else (),
        poll_seconds=_poll_seconds(standing),
    )


def _buttons(standing: Standing, *, is_cut_off: bool) -> tuple[tuple[str, Verb], ...]:
    """
    What the status allows, and helps.

    A run can be restarted in its midst, but not from this page; one that has failed goes on where
    it has, which is less than a new one.

    :param is_cut_off: GitHub refuses for good whatever asks it first.
    """
    possible = possible_without_github(standing) if is_cut_off else standing.can
    offered = possible - {"restart"} if standing.is_active else possible
    offered = offered - {"refresh"} if "retry" in offered else offered
    return tuple((name, verb) for name, verb in VERBS.items() if name in offered)


def _is_refused(standing: Standing) -> bool:
    return standing.status == Status.FAILED and ANOTHER_WAY in standing.error


def _cancelled_by(standing: Standing, moves: Sequence[PipelineTransition]) -> str:
    if standing.status != Status.FAILED or not moves or moves[0].verb != "cancel":
        return ""
    return mover(moves[0])


def _cancelled(standing: Standing) -> str:
    return f"The {'update' if standing.is_refresh else 'import'} is cancelled"


def _poll_seconds(standing: Standing) -> int | None:
    if not standing.is_active:
        return None
    key = "poll_interval_seconds" if standing.phase == 1 else "banner_interval_seconds"
    seconds: int = settings.HISTORICAL_SYNC_CONFIG[key]
    return seconds


def _stages(standing: Standing, team: Team) -> tuple[Stage, ...]:
    here = len(standing.done)
    return tuple(
        Stage(
            label=stage_label(status, team, is_refresh=standing.is_refresh),
            state=_stage_state(place - here, standing),
            in_background=STEPS[status].phase == 2,
        )
        for place, status in enumerate(standing.steps)
        if status in STEPS  # `complete` is an end, not a stage
    )


def _stage_state(distance: int, standing: Standing) -> Literal["done", "now", "ahead", "stopped"]:
    if distance < 0:
        return "done"
    if distance > 0 or standing.status == Status.NOT_STARTED:
        return "ahead"
    return "now" if standing.is_active else "stopped"


def _headline(facts: Facts) -> str:
    """What the import does; at its end, also what is missing."""
    if facts.standing.status != Status.COMPLETE:
        return state_in_words(facts.standing, facts.team)
    if any(row.state not in ("done", "empty") for row in facts.repositories):
        return complete_in_words(facts.team, Missing.PULL_REQUESTS)
    missing = Missing.ANALYSES if facts.analysed.pending else Missing.NOTHING
    return complete_in_words(facts.team, missing)
