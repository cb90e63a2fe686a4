"""What `bench llm` says: tables for people, an object for machines."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console

from apps.operations.bench.llm.figures import AT_ONCE, Comparison, Reading, Walk, goals, wrong
from apps.operations.bench.sync.report import verdicts
from apps.operations.screen import table

HEADINGS = (
    *("", "seconds", "calls", "429s", "tokens", "peak", "postponed"),
    *("statements", "a pull request", "of a group", "of the largest"),
)


def comparison(console: Console, measured: Comparison) -> None:
    ours, walk = measured.ours, measured.walk
    console.print(
        f"{ours.pull_requests} pull requests, developer tier, {ours.call_seconds:g} s a call:"
    )
    seconds = walk.of(ours.pull_requests)
    console.print(table(HEADINGS, [walk_row(walk, ours), row("the analysis", ours)]))
    console.print(
        f"The walk, one after another with {walk.pause:g} s after each, was measured over "
        f"{walk.pull_requests} in {walk.seconds:.1f} s; {seconds:.0f} s is that, extrapolated. The "
        f"analysis is {measured.faster:.1f} × the walk. At {AT_ONCE} at a time and within the "
        f"tier's tokens nobody takes less than {ours.bound:.1f} s; this is {ours.above_bound:.2f} "
        f"× that. {share(ours)} {ours.limited:.1%} of its calls were refused."
    )
    verdicts(console, goals(measured))
    told(console, ours)


def free(console: Console, measured: Reading) -> None:
    console.print(
        f"{measured.pull_requests} pull requests, free tier, {measured.call_seconds:g} s a call, "
        f"a deadline of {measured.deadline:g} s:"
    )
    console.print(table(HEADINGS, [row("the analysis", measured)]))
    console.print(
        f"It ended after {measured.seconds:.1f} s: {measured.marked} marked by rules, "
        f"{measured.analysed} read by the model. {share(measured)} For the rest it says: "
        f"“{measured.reason}”",
        markup=False,
    )
    told(console, measured)


def share(measured: Reading) -> str:
    if measured.share is None:
        return "It took no whole minute, so the tier's limit is not looked at."
    noun = "minute" if measured.minutes == 1 else "minutes"
    return f"In {measured.minutes} whole {noun} it used {measured.share:.1%} of the tier's tokens."


def told(console: Console, measured: Reading) -> None:
    for sentence in wrong(measured):
        console.print(f"WRONG {sentence}", style="bold red", markup=False)


def row(name: str, measured: Reading) -> Sequence[object]:
    served = measured.served
    each = measured.statements / max(measured.pull_requests, 1)
    return (
        *(name, f"{measured.seconds:.1f}", served.calls, served.limited, served.tokens),
        *(served.peak, len(measured.postponed), measured.statements, f"{each:.2f}"),
        *(f"{measured.of_a_group:g}", measured.of_the_largest),
    )


def walk_row(walk: Walk, ours: Reading) -> Sequence[object]:
    seconds = f"≈ {walk.of(ours.pull_requests):.0f}"
    return ("the walk", seconds, ours.pull_requests, *[""] * 8)


def as_json(measured: Comparison | Reading) -> dict[str, Any]:
    """With what is computed from the measured, and the goals."""
    document = asdict(measured)
    ours = measured.ours if isinstance(measured, Comparison) else measured
    document |= {
        "bound": ours.bound,
        "above_bound": ours.above_bound,
        "share": ours.share,
        "limited": ours.limited,
        "wrong": list(wrong(ours)),
    }
    if isinstance(measured, Comparison):
        document["faster"] = measured.faster
        document["goals"] = [asdict(goal) for goal in goals(measured)]
    return document
