"""`bench dashboard`: what the pages cost at three sizes of a team, and what a measurement costs."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from apps.operations import screen
from apps.operations.bench.bench import Bench, at_least_one
from apps.operations.bench.dashboard import report
from apps.operations.bench.dashboard.figures import Recomputing, Timing, wrong
from apps.operations.bench.dashboard.invented import MEMBERS, Scene, scene
from apps.operations.bench.dashboard.pages import measure_pages
from apps.operations.bench.dashboard.recomputing import recompute
from apps.operations.bench.place import Place

SIZES = [500, 5000, 50_000]  # pull requests
RECOMPUTED = 5000
ROUNDS = 20


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--sizes",
        type=at_least_one,
        nargs="+",
        default=SIZES,
        help=f"how many pull requests; a team for each ({' '.join(map(str, SIZES))})",
    )
    parser.add_argument(
        "--recomputed",
        type=at_least_one,
        default=RECOMPUTED,
        help=f"of these sizes, the one whose weeks are computed anew (default: {RECOMPUTED})",
    )
    parser.add_argument(
        "--members",
        type=at_least_one,
        default=MEMBERS,
        help=f"of each team (default: {MEMBERS})",
    )
    parser.add_argument(
        "--rounds",
        type=at_least_one,
        default=ROUNDS,
        help=f"how often each page is asked for (default: {ROUNDS})",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(place: Place, options: Mapping[str, Any]) -> int:
    """Exit code 1 if a page takes too many statements, or a number of a week is another's."""
    console = screen.console(stderr=options["json"])
    load = os.getloadavg()[0]
    console.print(
        f"bench dashboard on {place.database}, seed {place.seed}, {os.cpu_count()} processors, "
        f"load {load:.1f} before"
    )
    scenes = [
        invented(console, count, seed=place.seed, members=options["members"])
        for count in options["sizes"]
    ]
    timings = [each for found in scenes for each in measure_pages(found, rounds=options["rounds"])]
    report.timings(console, sorted(timings, key=lambda each: (each.page, each.pull_requests)))
    recomputed = next((one for one in scenes if one.pull_requests == options["recomputed"]), None)
    recomputing = recompute(recomputed) if recomputed else None
    if recomputing:
        report.recomputing(console, recomputing)
    sentences = list(wrong(timings, recomputing))
    for sentence in sentences:
        console.print(f"WRONG {sentence}", style="bold red", markup=False)
    if options["json"]:
        print_json(place, load, timings, recomputing, sentences)
    return 1 if sentences else 0


def invented(console: Console, count: int, *, seed: int, members: int) -> Scene:
    found = scene(count, seed=seed, members=members)
    console.print(f"A team with {count} pull requests is there.")
    return found


def print_json(
    place: Place,
    load: float,
    timings: list[Timing],
    recomputing: Recomputing | None,
    sentences: list[str],
) -> None:
    document = {
        "bench": "dashboard",
        "database": place.database,
        "load_before": load,
        "pages": [report.as_json(each) for each in timings],
        "recomputing": report.as_json(recomputing) if recomputing else None,
        "wrong": sentences,
    }
    print(json.dumps(document))  # noqa: T201 - it was asked for


BENCH = Bench(
    help="What the dashboard's pages cost for teams of three sizes, in statements and beside a "
    "bare page, and what computing a team's weeks anew costs beside a query for each number.",
    add_arguments=add_arguments,
    run=run,
    environment=lambda: {"LOG_LEVEL": "ERROR"},
)
