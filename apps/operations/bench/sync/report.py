"""What `bench sync` says: tables for people, an object for machines."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console

from apps.operations.bench.sync.faults import Storm
from apps.operations.bench.sync.figures import (
    Comparison,
    Cost,
    Giant,
    Goal,
    goals,
    goals_of_giant,
)
from apps.operations.bench.sync.histories import described
from apps.operations.screen import table

COST_HEADINGS = (
    *("", "seconds", "requests", "points", "peak", "postponed"),
    *("statements", "of a batch", "of the largest"),
)
TOLD = 10  # differences of a storm


def comparison(console: Console, measured: Comparison) -> None:
    console.print(f"{described(list(measured.counts.values()))}, {measured.days} days:")
    console.print(
        table(COST_HEADINGS, [row("the walk", measured.walk), row("the sync", measured.ours)])
    )
    least = measured.bound
    console.print(
        f"The sync is {measured.faster:.1f} × the walk. With {least.at_once} requests at once no "
        f"sync takes less than {least.seconds:.2f} s (a page of keys {least.key_page:.2f} s, of "
        f"pull requests {least.page:.2f} s); this is {measured.above_bound:.2f} × that."
    )
    verdicts(console, goals(measured))


def giant(console: Console, measured: Giant) -> None:
    console.print(
        f"{described(list(measured.counts.values()))} ({', '.join(measured.counts)}), "
        f"{measured.days} days:"
    )
    console.print(table(COST_HEADINGS, [row("the sync", measured.ours)]))
    console.print(
        f"{measured.per_second:.0f} pull requests a second. Its process held {measured.before:.0f} "
        f"MB before, {measured.after:.0f} MB after and {measured.highest:.0f} MB at most: it grew "
        f"by {measured.growth:.0f} MB."
    )
    verdicts(console, goals_of_giant(measured))


def storm(console: Console, measured: Storm) -> None:
    """One seed, as soon as it is over: it may take a while until the next."""
    faults = ", ".join(f"{name} {n}" for name, n in measured.served.faults.items()) or "no fault"
    console.print(
        f"Seed {measured.seed}: {described(list(measured.counts.values()))}, {measured.days} days; "
        f"{measured.served.requests} requests, {faults}; postponed "
        f"{len(measured.passage.postponed)} times; {measured.passage.seconds:.1f} s; "
        f"{'NOT what GitHub has' if measured.wrong else 'stored exactly'}.",
        markup=False,
    )
    for sentence in measured.wrong[:TOLD]:
        console.print(f"WRONG {sentence}", style="bold red", markup=False)
    if len(measured.wrong) > TOLD:
        console.print(f"And {len(measured.wrong) - TOLD} more.")


def row(name: str, cost: Cost) -> Sequence[object]:
    return (
        *(name, f"{cost.seconds:.1f}", cost.requests, cost.points, cost.peak, cost.postponed),
        *(cost.statements, f"{cost.of_a_batch:g}", cost.of_the_largest),
    )


def verdicts(console: Console, reached: Iterator[Goal]) -> None:
    for goal in reached:
        verdict = "met" if goal.met else "NOT met"
        console.print(f"{goal.what} {goal.limit:g}: {goal.measured:.2f}, {verdict}")


def as_json(measured: Comparison | Giant | Storm) -> dict[str, Any]:
    """With what is computed from the measured, and the goals."""
    document = asdict(measured)
    if isinstance(measured, Comparison):
        document |= {"faster": measured.faster, "above_bound": measured.above_bound}
        document["goals"] = [asdict(goal) for goal in goals(measured)]
    elif isinstance(measured, Giant):
        document |= {"per_second": measured.per_second, "growth": measured.growth}
        document["goals"] = [asdict(goal) for goal in goals_of_giant(measured)]
    return document
