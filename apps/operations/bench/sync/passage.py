"""One team's way through the sync, as a worker would take it, in the bench's own process."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from apps.accounts.models import User
from apps.core.history import recent_window
from apps.github.choosing.selection import select_repositories
from apps.github.connecting.connections import connect
from apps.github.syncing import members, sync
from apps.operations.bench.servers import ServerUnusable
from apps.pipeline.claims import Claim
from apps.pipeline.clock import database_now
from apps.pipeline.machine import STEPS, Status
from apps.pipeline.moves import move
from apps.pipeline.runner import run_step
from apps.teams.founding import found_team
from apps.teams.models import Team

ACTOR = "bench"


@dataclass
class Passage:
    """How a step went."""

    seconds: float = 0.0
    postponed: list[str] = field(default_factory=list)  #: each time, the sentence for the team


class Stuck(ServerUnusable):
    """The pipeline has given up on a step; the message has its sentence for the team."""

    def __init__(self, message: str, passage: Passage) -> None:
        super().__init__(message)
        self.passage = passage


def equipped(name: str, repositories: Iterable[str]) -> Team:
    """A team with a token of its own, these repositories, and its members read: about to sync."""
    names = list(repositories)
    founder = User.objects.create_user(username=name, email=f"{name}@example.com")
    team = found_team(founder=founder, name=name)
    connect(team, token=f"ghp_{name}", account_login=names[0].partition("/")[0])
    select_repositories(team, names)
    move(team.pk, "start", actor=ACTOR)
    go_through(team, Status.SYNCING_MEMBERS, members.sync)
    team.refresh_from_db()
    return team


def synced(team: Team) -> Passage:
    """
    Let the team's recent window be synced, however often GitHub postpones that.

    :raises Stuck: if the step fails.
    """
    return go_through(team, Status.SYNCING, sync.recent)


def go_through(team: Team, status: Status, work: Callable[[Claim], None]) -> Passage:
    """What a worker does with the tickets of a status, until the team has another."""
    passage = Passage()
    began = time.monotonic()
    while (row := Team.objects.get(pk=team.pk)).onboarding_pipeline_status == status:
        ticket = row.pipeline_ticket
        if row.pipeline_not_before is not None:
            passage.postponed.append(row.onboarding_pipeline_error)
            time.sleep(seconds_until(row.pipeline_not_before))
        run_step(work, task=STEPS[status].task, team_id=row.pk, ticket=ticket, task_id=ACTOR)
    passage.seconds = time.monotonic() - began
    if row.onboarding_pipeline_status == Status.FAILED:
        raise Stuck(f"“{status.label}” failed: {row.onboarding_pipeline_error}", passage)
    return passage


def window_start(team: Team) -> datetime:
    """Since when the recent window reaches, of a team that has started."""
    started = team.onboarding_pipeline_started_at
    if started is None:
        raise ValueError(f"{team.name} has not started")
    return recent_window(
        started, two_phase=team.pipeline_two_phase, days=team.pipeline_history_days
    ).since


@contextmanager
def window_of(days: int) -> Iterator[None]:
    """Let the recent window be so many days, which is known only once the histories are."""
    usual = settings.HISTORICAL_SYNC_CONFIG
    settings.HISTORICAL_SYNC_CONFIG = {**usual, "quick_start_days": days}
    try:
        yield
    finally:
        settings.HISTORICAL_SYNC_CONFIG = usual


def seconds_until(moment: datetime) -> float:
    now = database_now()
    return 0.0 if now is None else max((moment - now).total_seconds(), 0.0)
