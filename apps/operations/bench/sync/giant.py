"""One large repository, read by a process of its own, so that its memory is only the sync's."""

from contextlib import closing
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from django.db import connections

from apps.operations.bench.chaos import lineage
from apps.operations.bench.place import Place
from apps.operations.bench.servers import ServerUnusable
from apps.operations.bench.sync.comparison import (
    cost_of,
    make_sure_it_is_the_truth,
    scene,
    sync_as,
)
from apps.operations.bench.sync.figures import Cost, Giant
from apps.operations.bench.sync.histories import Size, in_window
from apps.operations.bench.sync.passage import window_start
from apps.operations.bench.sync.stand_in import StandIn
from apps.teams.models import Team

KILOBYTES = 1024  # in a megabyte

Measured = tuple[Cost, float, float, float]

NO_PROC = """\
The giant's memory is read from /proc, which this system does not have. Run it on Linux, or in a \
container."""


def measure(place: Place, shared: Path, size: Size, *, page_seconds: float) -> Giant:
    """
    Read a history and look at the memory that it takes.

    :raises NotTheTruth: if it has not stored what GitHub has.
    """
    if not lineage.is_possible():
        raise ServerUnusable(NO_PROC)
    with scene(place, shared, size, page_seconds=page_seconds, seed=place.seed) as here:
        team = here.team("giant")
        cost, before, after, highest = in_a_fork(here.github, team)
        make_sure_it_is_the_truth(team, here.truth)
        counts = in_window(here.truth, window_start(team))
        return Giant(counts, here.days, cost, before=before, after=after, highest=highest)


def in_a_fork(github: StandIn, team: Team) -> Measured:
    """Sync the team in a process that is forked as a worker's pool is, and wait for its figures."""
    connections.close_all()  # a connection serves one process
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_measured, args=(theirs, github, team), daemon=True)
    child.start()
    theirs.close()
    try:
        with closing(ours):
            measured: Measured = ours.recv()
    except EOFError as exc:
        raise ServerUnusable("The giant's process has ended; what it said is above.") from exc
    finally:
        child.terminate()
        child.join()
    return measured


def _measured(answer: Connection, github: StandIn, team: Team) -> None:
    before = memory("VmRSS")
    cost = cost_of(github, partial(sync_as, team))
    answer.send((cost, before, memory("VmRSS"), memory("VmHWM")))
    answer.close()
    connections.close_all()


def memory(name: str) -> float:
    """MB of this process: VmRSS is what it holds, VmHWM the most it ever held (proc_pid_status)."""
    for line in (lineage.PROC / "self" / "status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / KILOBYTES
    raise LookupError(name)
