"""Following one team's run from a terminal until it ends, and helping it along."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Count, Q

from apps.github.models import TrackedRepository
from apps.llm.models import PullRequestAnalysis
from apps.pipeline.recovery import recover
from apps.pipeline.standing import Standing, standing_of
from apps.teams.models import Team

GLANCE = 0.3  # seconds between two looks
RECOVERY_GLANCE = 5.0  # seconds between two looks for a silent step
ACTOR = "command"

Answer = TypeVar("Answer")


class Stalled(Exception):
    """Nothing has moved for long; the message is a sentence."""


@dataclass(frozen=True)
class RepositoryGlance:
    name: str
    status: str  #: of TrackedRepository.SyncStatus
    completed: int  #: of the current window, like `total`
    total: int
    error: str


@dataclass(frozen=True)
class Glance:
    """A team as it stands at one moment."""

    standing: Standing = field(compare=False)  # a step that is only tried again has not moved
    status: str
    repositories: tuple[RepositoryGlance, ...]
    pull_requests: int
    analysed: int  #: by the language model
    undecided: int  #: asked of the model, without a usable answer

    @property
    def has_ended(self) -> bool:
        return not self.standing.is_active


def glance_at(team_id: int) -> Glance:
    """Read a team, its selected repositories and its counts."""
    team = Team.objects.get(pk=team_id)
    standing = standing_of(team)
    selected = TrackedRepository.objects.filter(team=team, is_selected=True)
    state = PullRequestAnalysis.LlmState
    counts = PullRequestAnalysis.objects.filter(team=team).aggregate(
        analysed=Count("pk", filter=Q(llm_state=state.DONE)),
        undecided=Count("pk", filter=Q(llm_state=state.UNDECIDED)),
    )
    return Glance(
        standing=standing,
        status=standing.status.value,
        repositories=tuple(
            RepositoryGlance(
                name=repository.name_with_owner,
                status=repository.sync_status,
                completed=repository.sync_prs_completed,
                total=repository.sync_prs_total,
                error=repository.sync_error,
            )
            for repository in selected.order_by("name_with_owner")
        ),
        pull_requests=team.pull_requests.count(),
        analysed=counts["analysed"],
        undecided=counts["undecided"],
    )


def follow(team_id: int, *, tend: Callable[[], None], patience: float) -> Iterator[Glance]:
    """
    Yield the team whenever it has moved, the last time when its run has ended.

    Sends silent steps again meanwhile, as beat does, so that a run goes on even if beat is dead.
    A database that is away for a moment is waited for.

    :param tend: called several times a second, for the processes that the run needs.
    :param patience: seconds without a move; longer than any limit's reset that is to be outlasted.
    :raises Stalled: after so long.
    """
    moved: Glance | None = None
    moved_at = recovered_at = time.monotonic()
    while True:
        tend()
        now = time.monotonic()
        glance = _safely(lambda: glance_at(team_id))
        if glance is not None and glance != moved:
            moved, moved_at = glance, now
            yield glance
            if glance.has_ended:
                return
        elif now - moved_at > patience:
            raise Stalled(_why(glance, patience))
        if now - recovered_at > RECOVERY_GLANCE:
            recovered_at = now
            _safely(lambda: recover(team_id=team_id, actor=ACTOR))
        time.sleep(GLANCE)


def _why(glance: Glance | None, patience: float) -> str:
    if glance is None:
        return f"The database has not answered for {patience:.0f} seconds."
    hint = f" {glance.standing.error}" if glance.standing.error else ""
    if glance.standing.waits_for == "worker":
        hint += " No worker takes the step."
    return (
        f"Nothing has moved for {patience:.0f} seconds at “{glance.standing.label}”.{hint} "
        f"The logs are in {settings.STATE_DIR / 'logs'}."
    )


def _safely(ask: Callable[[], Answer]) -> Answer | None:
    try:
        return ask()
    except DatabaseError:
        close_old_connections()
        return None
