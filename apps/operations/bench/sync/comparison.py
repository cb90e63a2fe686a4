"""The walk and the sync, one after the other, over the same pull requests."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from apps.github.api.client import open_client
from apps.github.api.credentials import Priority
from apps.github.connecting.connections import credentials_of
from apps.github.syncing.repositories import selected
from apps.operations.bench.place import Place
from apps.operations.bench.servers import ServerUnusable
from apps.operations.bench.sync import stand_in
from apps.operations.bench.sync.bound import bound
from apps.operations.bench.sync.comparing import differences
from apps.operations.bench.sync.figures import Comparison, Cost
from apps.operations.bench.sync.histories import Size, days_for, in_window, lay_out
from apps.operations.bench.sync.passage import (
    equipped,
    synced,
    window_of,
    window_start,
)
from apps.operations.bench.sync.stand_in import StandIn, Truth
from apps.operations.bench.sync.statements import counted
from apps.operations.bench.sync.walk import walk
from apps.teams.models import Team

NAMED = 10  # differences that are told


@dataclass(frozen=True)
class Scene:
    """A GitHub with histories, and the window of a size in them."""

    github: StandIn
    truth: Truth
    days: int
    size: Size

    def team(self, name: str) -> Team:
        return equipped(name, self.size.repositories)


class NotTheTruth(ServerUnusable):
    """What is stored is not what GitHub has; the message names what differs."""


@contextmanager
def scene(
    place: Place, shared: Path, size: Size, *, page_seconds: float, seed: int
) -> Iterator[Scene]:
    """Start a stand-in with the histories of a size, and let the window be that size's."""
    name = f"histories-{size.pull_requests}-{seed}"
    served = lay_out(size.repositories, source=shared / "history", into=place.folder / name)
    with stand_in.running(place, shared, served, page_seconds=page_seconds, seed=seed) as github:
        truth = github.truth()
        now = datetime.now(UTC)
        days = days_for(truth, size.pull_requests, now=now)
        with window_of(days):
            yield Scene(github, truth, days, size)


def compare(place: Place, shared: Path, size: Size, *, page_seconds: float) -> Comparison:
    """
    Measure both ways over one size.

    :raises NotTheTruth: if either has not stored what GitHub has.
    """
    with scene(place, shared, size, page_seconds=page_seconds, seed=place.seed) as here:
        walker = here.team(f"walk-{size.pull_requests}")
        walked = cost_of(here.github, partial(walk_as, walker))
        make_sure_it_is_the_truth(walker, here.truth)
        team = here.team(f"sync-{size.pull_requests}")
        ours = cost_of(here.github, partial(sync_as, team))
        make_sure_it_is_the_truth(team, here.truth)
        counts = in_window(here.truth, window_start(team))
        least = bound(counts.values(), at_once=ours.peak, page_seconds=page_seconds)
        return Comparison(size.pull_requests, counts, here.days, walked, ours, least)


def walk_as(team: Team) -> int:
    """As a user of its own: what it asks in its minutes is not to slow down the sync after it."""
    token = credentials_of(team).token()
    with open_client(token, priority=Priority.PHASE1) as client:
        walk(client, team, selected(team), window_start(team))
    return 0


def sync_as(team: Team) -> int:
    """How often GitHub postponed it."""
    return len(synced(team).postponed)


def cost_of(github: StandIn, work: Callable[[], int]) -> Cost:
    """:param work: returns how often it was postponed."""
    github.forget()
    began = time.monotonic()
    with counted() as statements:
        postponed = work()
    seconds = time.monotonic() - began
    served = github.served()
    return Cost(
        seconds=seconds,
        requests=served.requests,
        points=served.points,
        peak=served.peak,
        postponed=postponed,
        statements=statements.total,
        of_a_batch=statements.of_a_batch,
        of_the_largest=statements.of_the_largest,
    )


def make_sure_it_is_the_truth(team: Team, truth: Truth) -> None:
    """:raises NotTheTruth: naming the first differences."""
    found = list(differences(team, truth, window_start(team)))
    if found:
        more = f" And {len(found) - NAMED} more." if len(found) > NAMED else ""
        raise NotTheTruth(f"{team.name}: {' '.join(found[:NAMED])}{more}")
