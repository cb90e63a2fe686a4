"""`bench llm`: how fast pull requests are read by the model, and whether its limits are kept."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from celery import current_app

from apps.operations import screen
from apps.operations.bench.bench import Bench, at_least_one
from apps.operations.bench.llm import reading, report, stand_in
from apps.operations.bench.llm.figures import Comparison, Reading, wrong
from apps.operations.bench.place import Place
from apps.operations.bench.servers import ServerUnusable
from apps.operations.bench.sync import bench as sync
from apps.operations.bench.sync.stand_in import make_sure_it_is_there
from apps.operations.ports import HOST, free_port

SIZES = [150, 500]  # pull requests
WALKED = 12  # pull requests of the baseline's part
CALL_SECONDS = 1.2
DEADLINE = 30  # seconds of the free tier's run; by default phase 1 has six times as many


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--sizes",
        type=at_least_one,
        nargs="+",
        default=SIZES,
        help="about how many pull requests; several are measured one after another "
        f"({' '.join(map(str, SIZES))})",
    )
    parser.add_argument("--tier", choices=["developer", "free"], help="this one alone")
    parser.add_argument(
        "--call-seconds",
        type=sync.above_zero,
        default=CALL_SECONDS,
        help=f"of Groq, in the middle (default: {CALL_SECONDS})",
    )
    parser.add_argument(
        "--walked",
        type=at_least_one,
        default=WALKED,
        help=f"pull requests that the walk is measured over (default: {WALKED})",
    )
    parser.add_argument(
        "--deadline",
        type=at_least_one,
        default=DEADLINE,
        help=f"seconds of the run at the free tier (default: {DEADLINE})",
    )
    parser.add_argument(
        "--stand-in",
        type=Path,
        default=sync.SHARED,
        metavar="FOLDER",
        help="with standin/, history/ and github/schema.graphql (default: ../shared)",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(place: Place, options: Mapping[str, Any]) -> int:
    """Exit code 1 if something is not as it must be; a goal that is missed is only told."""
    make_sure_both_are_there(options["stand_in"])
    current_app.loader.import_default_modules()  # as a worker does before its first task
    console = screen.console(stderr=options["json"])
    load = os.getloadavg()[0]
    console.print(
        f"bench llm on {place.database}, seed {place.seed}, {os.cpu_count()} processors, "
        f"load {load:.1f} before"
    )
    measured: list[Comparison | Reading] = []
    for each in measuring(place, options):
        measured.append(each)
        if isinstance(each, Comparison):
            report.comparison(console, each)
        else:
            report.free(console, each)
    if options["json"]:
        figures = [report.as_json(each) for each in measured]
        document = {"bench": "llm", "database": place.database, "load_before": load}
        print(json.dumps({**document, "figures": figures}))  # noqa: T201 - it was asked for
    readings = (each.ours if isinstance(each, Comparison) else each for each in measured)
    return int(any(any(wrong(each)) for each in readings))


def measuring(place: Place, options: Mapping[str, Any]) -> Iterator[Comparison | Reading]:
    """One figure after the other."""
    shared, call_seconds = options["stand_in"], options["call_seconds"]
    if options["tier"] != "free":
        for wanted in options["sizes"]:
            yield reading.compare(
                place, shared, wanted, call_seconds=call_seconds, walked=options["walked"]
            )
    if options["tier"] != "developer":
        yield reading.read_free(
            place,
            shared,
            options["sizes"][0],
            call_seconds=call_seconds,
            deadline=options["deadline"],
        )


def make_sure_both_are_there(shared: Path) -> None:
    """:raises ServerUnusable: with a sentence that says what to do."""
    make_sure_it_is_there(shared)
    if not stand_in.script(shared).is_file():
        raise ServerUnusable(
            f"There is no stand-in for Groq at {stand_in.script(shared)}. "
            "Name the folder that has it with --stand-in."
        )


def environment() -> Mapping[str, str]:
    """Where the stand-ins will listen: GitHub's, from which the pull requests come, and Groq's."""
    return {**sync.environment(), "GROQ_BASE_URL": f"http://{HOST}:{free_port()}"}


BENCH = Bench(
    help="How fast the model reads pull requests, beside a serial walk with a pause after each "
    "call and the lower bound, and what becomes of them with a key of the free tier. Groq and "
    "GitHub are the stand-ins of ../shared.",
    add_arguments=add_arguments,
    run=run,
    environment=environment,
)
