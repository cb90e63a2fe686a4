"""By whose right insights are written: a step's claim of its team, or nobody's run."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import transaction

from apps.pipeline.machine import Status
from apps.pipeline.rows import locked
from apps.teams.models import Team

COMPUTING = (Status.COMPUTING_INSIGHTS, Status.BACKGROUND_INSIGHTS)


class Fence(Protocol):
    """What finding and explaining need of a `Claim`; each write happens inside `batch()`."""

    @property
    def row(self) -> Any: ...
    def batch(self) -> AbstractContextManager[None]: ...
    def heartbeat(self) -> None: ...


class Moved(Exception):
    """The team's run has moved since the rows were read: what was computed may be old."""


@dataclass(frozen=True)
class Unclaimed:
    """
    The right to write while no run is at the insights, held against the runs by the team's row.

    It takes no ticket and moves nothing: a run that comes meanwhile does not notice it.
    """

    row: Team  #: as it was before anything was read for it

    @contextmanager
    def batch(self) -> Iterator[None]:
        """
        One transaction with the team's row locked.

        :raises Moved: if the run has moved since `row` was loaded.
        """
        with transaction.atomic():
            now = locked(self.row.pk).first()
            if now is None or now.pipeline_ticket != self.row.pipeline_ticket:
                raise Moved(f"team {self.row.pk}")
            yield

    def heartbeat(self) -> None:
        """Nobody waits for a sign of life; whether it may write is asked when it writes."""


def is_computing(team: Team) -> bool:
    """Whether a run is finding or explaining now."""
    return team.onboarding_pipeline_status in COMPUTING
