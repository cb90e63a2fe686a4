"""A GitHub that fails in every way of issue 4, and whether all of it is stored in the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from apps.operations.bench.place import Place
from apps.operations.bench.sync.comparing import differences
from apps.operations.bench.sync.comparison import scene
from apps.operations.bench.sync.histories import Size, in_window
from apps.operations.bench.sync.passage import Passage, Stuck, synced, window_start
from apps.operations.bench.sync.stand_in import Served

#: Share of all requests.
FAULTS: Mapping[str, float] = MappingProxyType(
    {
        "502": 0.05,
        "504json": 0.02,
        "partial": 0.05,
        "secondary": 0.01,
        "reset": 0.02,
        "rate_limit": 0.005,
        "empty200": 0.01,
    }
)


@dataclass(frozen=True)
class Storm:
    """What one seed's faults did."""

    seed: int
    counts: Mapping[str, int]  #: repository → pull requests in the window
    days: int
    passage: Passage
    served: Served
    wrong: tuple[str, ...]  #: sentences; empty if what is stored is what GitHub has


def strike(
    place: Place,
    shared: Path,
    size: Size,
    *,
    page_seconds: float,
    seed: int,
    faults: Mapping[str, float] = FAULTS,
) -> Storm:
    """Sync a new team while GitHub fails, and compare what is stored then. Waits as GitHub asks."""
    with scene(place, shared, size, page_seconds=page_seconds, seed=seed) as here:
        team = here.team(f"storm-{seed}")
        here.github.forget()
        here.github.strike(faults)
        wrong: tuple[str, ...] = ()
        try:
            passage = synced(team)
        except Stuck as exc:
            passage, wrong = exc.passage, (str(exc),)
        served = here.github.served()
        wrong += tuple(differences(team, here.truth, window_start(team)))
        counts = in_window(here.truth, window_start(team))
        return Storm(seed, counts, here.days, passage, served, wrong)
