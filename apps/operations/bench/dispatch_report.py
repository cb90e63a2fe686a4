"""What `bench dispatch` says: a table for people, an object for machines."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from apps.operations.bench.dispatch_figures import (
    HOP_GOAL,
    WHOLE_GOAL,
    Comparison,
    Figures,
)
from apps.operations.bench.place import Place
from apps.operations.screen import console, table

HEADINGS = ("teams", "what", "n", "chain", "p95", "pipeline", "p95", "ratio", "of rounds", "goal")
PARTS = {
    "claim": "claim: first line → work",
    "advance": "advance: work → commit",
    "publish": "publish: commit → message sent",
    "broker": "broker: message sent → first line of the next",
    "after": "after: message sent → last line (beside the next)",
}
EVEN = "Even tasks take as long as a step without work does, so that all caches are as cold."


@dataclass(frozen=True)
class Goal:
    """A limit for a ratio, and whether it was kept."""

    teams: int
    what: str
    limit: float
    measured: float
    met: bool


def report(
    place: Place, measured: Sequence[Figures], *, load: float, rounds: int, as_json: bool
) -> None:
    """:param load: before the bench began; figures of a busy machine are worth less."""
    reached = [goal for each in measured for goal in goals(each)]
    if as_json:
        document = {
            "bench": "dispatch",
            "database": place.database,
            "durable": place.durable,
            "rounds": rounds,
            "cpus": os.cpu_count(),
            "load_before": load,
            "figures_ms": [asdict(each) for each in measured],
            "goals": [asdict(goal) for goal in reached],
        }
        print(json.dumps(document))  # noqa: T201 - this is what was asked for
        return
    screen = console()
    disk = " without fsync" if place.database == "postgres" and not place.durable else ""
    screen.print(
        f"bench dispatch on {place.database}{disk}: {rounds} rounds, milliseconds, "
        f"{os.cpu_count()} processors, load {load:.1f} before"
    )
    screen.print(table(HEADINGS, (row for each in measured for row in rows(each))))
    screen.print(EVEN)
    screen.print()
    headings = ("where a step's time goes", *(f"{each.teams} at once" for each in measured))
    screen.print(table(headings, parts(measured)))
    screen.print()
    for goal in reached:
        verdict = "met" if goal.met else "NOT met"
        screen.print(
            f"{goal.teams} at once, {goal.what}: {goal.measured:.2f} × the chain's; "
            f"the goal of {goal.limit} is {verdict}"
        )


def goals(measured: Figures) -> Iterator[Goal]:
    for what, comparison, limit in (
        ("hop", measured.hop, HOP_GOAL),
        ("whole", measured.whole, WHOLE_GOAL),
    ):
        yield Goal(measured.teams, what, limit, comparison.ratio, comparison.ratio <= limit)


def rows(measured: Figures) -> Iterator[Sequence[object]]:
    yield row(measured.teams, "hop", measured.hop, f"≤ {HOP_GOAL}")
    yield row(measured.teams, "hop, chain of even tasks", measured.even_hop, "–")
    yield row(measured.teams, "whole", measured.whole, f"≤ {WHOLE_GOAL}")


def row(teams: int, what: str, of: Comparison, goal: str) -> Sequence[object]:
    times = [of.chain.median, of.chain.p95, of.pipeline.median, of.pipeline.p95]
    return (
        *(teams, what, of.pipeline.n),
        *(f"{time:.2f}" for time in times),
        *(f"{of.ratio:.2f}", f"{of.lowest:.2f} to {of.highest:.2f}", goal),
    )


def parts(measured: Sequence[Figures]) -> Iterator[Sequence[object]]:
    for part, words in PARTS.items():
        yield (words, *(f"{each.parts[part]:.2f}" for each in measured))
