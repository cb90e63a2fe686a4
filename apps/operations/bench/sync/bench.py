"""`bench sync`: how fast a history is read from GitHub, and whether all of it is there."""

import json
import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from rich.console import Console

from apps.operations import screen
from apps.operations.bench.bench import Bench, at_least_one
from apps.operations.bench.place import Place
from apps.operations.bench.sync import faults, giant, report
from apps.operations.bench.sync.comparison import NotTheTruth, compare
from apps.operations.bench.sync.figures import Comparison, Giant
from apps.operations.bench.sync.histories import GIANT, Size, size
from apps.operations.bench.sync.stand_in import make_sure_it_is_there
from apps.operations.ports import HOST, free_port

SHARED = settings.BASE_DIR.parent / "shared"
SIZES = [500, 2000]  # pull requests
GIANTS = [5000]  # a year of the largest history, and a little more
SIZES_WITH_FAULTS = SIZES[:1]
SEEDS = 6
PAGE_SECONDS = 1.0
PAGE_SECONDS_WITH_FAULTS = 0.2  # there it is not the time that is looked at

Measured = Comparison | Giant | faults.Storm


def add_arguments(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--giant", action="store_true", help="one large repository: memory, speed")
    what.add_argument("--faults", action="store_true", help="a GitHub that fails: is all there?")
    parser.add_argument(
        "--sizes",
        type=at_least_one,
        nargs="+",
        help="about how many pull requests; several are measured one after another "
        f"({' '.join(map(str, SIZES))}; with --giant {GIANTS[0]}, with --faults "
        f"{SIZES_WITH_FAULTS[0]})",
    )
    parser.add_argument(
        "--seeds", type=at_least_one, default=SEEDS, help=f"of faults (default: {SEEDS})"
    )
    parser.add_argument(
        "--page-seconds",
        type=above_zero,
        help="of GitHub, for 25 pull requests with all their lists "
        f"(default: {PAGE_SECONDS}; with --faults {PAGE_SECONDS_WITH_FAULTS})",
    )
    parser.add_argument(
        "--stand-in",
        type=Path,
        default=SHARED,
        metavar="FOLDER",
        help="with standin/, history/ and github/schema.graphql (default: ../shared)",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def above_zero(text: str) -> float:
    """What a person writes for seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"“{text}” is not a number above 0")
    return seconds


def run(place: Place, options: Mapping[str, Any]) -> int:
    """Exit code 1 if what is stored is not what GitHub has; a goal that is missed is only told."""
    make_sure_it_is_there(options["stand_in"])
    current_app.loader.import_default_modules()  # as a worker does before its first task
    console = screen.console(stderr=options["json"])
    load = os.getloadavg()[0]
    console.print(
        f"bench sync on {place.database}, seed {place.seed}, {os.cpu_count()} processors, "
        f"load {load:.1f} before"
    )
    measured: list[Measured] = []
    code = 0
    try:
        for each in measuring(place, options):
            measured.append(each)
            tell(console, each)
    except NotTheTruth as exc:
        console.print(f"WRONG {exc}", style="bold red", markup=False)
        code = 1
    if any(isinstance(each, faults.Storm) and each.wrong for each in measured):
        code = 1
    if options["json"]:
        figures = [report.as_json(each) for each in measured]
        document = {"bench": "sync", "database": place.database, "load_before": load}
        print(json.dumps({**document, "figures": figures}))  # noqa: T201 - it was asked for
    return code


def measuring(place: Place, options: Mapping[str, Any]) -> Iterator[Measured]:
    """One figure after the other; with faults until the first that has not stored the truth."""
    shared, sizes, page_seconds = options["stand_in"], options["sizes"], options["page_seconds"]
    if options["faults"]:
        for number in range(options["seeds"]):
            for wanted in sizes or SIZES_WITH_FAULTS:
                each = faults.strike(
                    place,
                    shared,
                    size(wanted),
                    page_seconds=page_seconds or PAGE_SECONDS_WITH_FAULTS,
                    seed=place.seed + number,
                )
                yield each
                if each.wrong:
                    return
    elif options["giant"]:
        for wanted in sizes or GIANTS:
            yield giant.measure(
                place, shared, Size(wanted, GIANT), page_seconds=page_seconds or PAGE_SECONDS
            )
    else:
        for wanted in sizes or SIZES:
            yield compare(place, shared, size(wanted), page_seconds=page_seconds or PAGE_SECONDS)


def tell(console: Console, measured: Measured) -> None:
    if isinstance(measured, Comparison):
        report.comparison(console, measured)
    elif isinstance(measured, Giant):
        report.giant(console, measured)
    else:
        report.storm(console, measured)


def environment() -> Mapping[str, str]:
    """Where the stand-in will listen; and impatience, which only shows where GitHub fails."""
    url = f"http://{HOST}:{free_port()}"
    return {
        "GITHUB_API_URL": url,
        "GITHUB_GRAPHQL_URL": f"{url}/graphql",
        "OUTAGE_WAIT": "1",
        "SYNC_RETRY_DELAY": "0.1",
        "PIPELINE_BACKOFF": "0.5",
        "LOG_LEVEL": "ERROR",
    }


BENCH = Bench(
    help="How fast a history is read from GitHub, beside a sequential walk and the lower bound; "
    "with --giant, how much memory and how many statements it takes; with --faults, whether all "
    "of it is there in the end. GitHub is the stand-in of ../shared.",
    add_arguments=add_arguments,
    run=run,
    environment=environment,
)
