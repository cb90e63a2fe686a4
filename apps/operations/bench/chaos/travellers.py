"""The teams of a run, and the people who press their buttons."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, close_old_connections

from apps.accounts.models import User
from apps.github.choosing.selection import select_repositories
from apps.github.connecting.connections import connect
from apps.operations.bench.chaos.house import House
from apps.pipeline.clock import database_now
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.moves import MoveRefused, move
from apps.teams.founding import found_team
from apps.teams.models import Team

ACCOUNT = "northwind-labs"
PERSON = "lead"  # the actor of what a person presses
PATIENCE_OF_PEOPLE = 0.3  # seconds until somebody who reads “failed” presses the button


@dataclass
class Traveller:
    """One team on its way, as a person at the status page knows it."""

    name: str
    team_id: int
    token: str
    failures: list[str] = field(default_factory=list)  #: the sentences that people have read
    failed_since: float | None = None
    status: Status = Status.NOT_STARTED
    untouched: float = 0.0  #: seconds since anything was written to the active row
    longest_silence: float = 0.0  #: the longest of these while nothing went wrong

    @property
    def is_there(self) -> bool:
        return self.status == Status.COMPLETE

    def ahead(self) -> tuple[Status, ...]:
        """The steps that this team is in or has before it; all, while it has failed."""
        here = ACTIVE.index(self.status) if self.status in ACTIVE else 0
        return ACTIVE[here:]


def found(house: House, name: str) -> Traveller:
    """A team with a token of its own, which may read every repository of the sandbox."""
    user = User.objects.create_user(username=name, email=f"{name}@example.com")
    team = found_team(founder=user, name=name)
    token = house.token(name)
    connect(team, token=token, account_login=ACCOUNT)
    select_repositories(team, list(house.sandbox.world.pull_requests_by_repository))
    return Traveller(name=name, team_id=team.pk, token=token)


class Busy(Exception):
    """The database was cut or busy; a person would see an error page, and press again."""


def press(traveller: Traveller, verb: str) -> bool:
    """
    What a button does; False if the status does not allow it (any more).

    :raises Busy: if the monkey keeps the database from us.
    """
    try:
        move(traveller.team_id, verb, actor=PERSON)
    except MoveRefused:
        return False
    except DatabaseError as exc:
        close_old_connections()
        raise Busy from exc
    return True


def look(travellers: list[Traveller]) -> None:
    """Read where everybody is; whoever has failed for a moment gets their retry pressed."""
    try:
        now = database_now()
        teams = {team.pk: team for team in Team.objects.filter(pk__in=ids(travellers))}
    except DatabaseError:
        close_old_connections()  # the monkey has cut it, or keeps the database busy
        return
    for traveller in travellers:
        team = teams[traveller.team_id]
        traveller.status = Status(team.onboarding_pipeline_status)
        traveller.untouched = _untouched(team, now)
        if traveller.status != Status.FAILED:
            traveller.failed_since = None
        elif traveller.failed_since is None:
            traveller.failed_since = time.monotonic()
            traveller.failures.append(team.onboarding_pipeline_error)
        elif time.monotonic() - traveller.failed_since > PATIENCE_OF_PEOPLE:
            with suppress(Busy):
                press(traveller, "retry")


def ids(travellers: list[Traveller]) -> list[int]:
    return [traveller.team_id for traveller in travellers]


def _untouched(team: Team, now: Any) -> float:
    if team.onboarding_pipeline_status not in ACTIVE or team.pipeline_paused:
        return 0.0
    marks = (team.pipeline_changed_at, team.pipeline_heartbeat_at, team.pipeline_not_before)
    last = max(mark for mark in marks if mark is not None)
    seconds: float = (now - last).total_seconds()
    return max(seconds, 0.0)
