"""What `bench dashboard` says: tables for people, an object for machines."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console

from apps.operations.bench.dashboard.figures import Recomputing, Timing
from apps.operations.bench.dashboard.loop import NUMBERS
from apps.operations.screen import table

HEADINGS = (
    *("page", "pull requests", "statements", "kB", "median ms", "p95 ms"),
    *("bare page ms", "its p95", "× bare"),
)


def timings(console: Console, measured: Sequence[Timing]) -> None:
    console.print(table(HEADINGS, [row(each) for each in measured]))


def row(each: Timing) -> Sequence[object]:
    ours, bare = each.milliseconds, each.bare
    return (
        *(each.page, each.pull_requests, each.statements, f"{each.kilobytes:.0f}"),
        *(f"{ours.median:.1f}", f"{ours.p95:.1f}", f"{bare.median:.1f}", f"{bare.p95:.1f}"),
        f"{each.above_bare:.1f}",
    )


def recomputing(console: Console, measured: Recomputing) -> None:
    console.print(
        f"{measured.weeks} weeks of {measured.pull_requests} pull requests and {measured.members} "
        f"members: {measured.statements} statements, {measured.seconds:.2f} s. A query for each "
        f"member, week and number, of {len(NUMBERS)} numbers: {measured.loop_statements} "
        f"statements, {measured.loop_seconds:.2f} s, {measured.faster:.1f} × as long; "
        f"{measured.differing} of its numbers differ."
    )


def as_json(measured: Timing | Recomputing) -> dict[str, Any]:
    """With what is computed from the measured."""
    document = asdict(measured)
    if isinstance(measured, Timing):
        return document | {"above_bare": measured.above_bare}
    return document | {"faster": measured.faster}
