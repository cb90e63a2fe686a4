"""`bench recovery`: how long a team waits after a death, and how much is done twice."""

import json
import statistics
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import cycle
from random import Random
from typing import Any

from django.conf import settings
from rich.console import Console

from apps.operations import screen
from apps.operations.bench.bench import Bench
from apps.operations.bench.chaos.house import open_house, outside
from apps.operations.bench.place import Place
from apps.operations.bench.recovery.deaths import WAYS, Death, Usual, die, undisturbed

KILLS = 56
PAGE_SECONDS, ANSWER_SECONDS = 0.4, 0.4  # long enough to die in the midst of a step
HEADINGS = ("way", "deaths", "median", "p95", "requests again", "most", "answers again", "most")
FEWEST = 20  # values, of which a 95th percentile is not just the largest
ALL = "all of them"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=KILLS, help=f"in all (default: {KILLS})")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(place: Place, options: Mapping[str, Any]) -> int:
    """Exit code 1 only if recovery touched a run that nothing had happened to."""
    console = screen.console(stderr=options["json"])
    rng = Random(place.seed)  # noqa: S311 - faults, not secrets
    deaths: list[Death] = []
    with open_house(place, page_seconds=PAGE_SECONDS, answer_seconds=ANSWER_SECONDS) as house:
        usual, recovered = undisturbed(house)
        number = 0
        for way in cycle(WAYS):
            if len(deaths) >= options["kills"]:
                break
            names = [f"team-{number + n}" for n in range(way.at_once)]
            number += way.at_once
            for death in die(house, way, names, rng, usual=usual):
                deaths.append(death)
                console.print(f"{death.status}: {death.way}: {death.seconds:.1f} s")
    report(console, place, usual, deaths, recovered=recovered, as_json=options["json"])
    return 1 if recovered else 0


def report(
    console: Console,
    place: Place,
    usual: Usual,
    deaths: Sequence[Death],
    *,
    recovered: int,
    as_json: bool,
) -> None:
    if as_json:
        document = {
            "bench": "recovery",
            "database": place.database,
            "usual": asdict(usual),
            "recovered_without_cause": recovered,
            "deaths": [asdict(death) for death in deaths],
        }
        print(json.dumps(document))  # noqa: T201 - this is what was asked for
        return
    config = settings.PIPELINE
    console.print(
        f"bench recovery on {place.database}, seed {place.seed}: {len(deaths)} deaths; "
        f"sweep {config['sweep_seconds']:.0f} s, D {config['lost_dispatch_seconds']:.0f} s, "
        f"H {config['silence_seconds']:.0f} s. An undisturbed run makes {usual.requests} requests "
        f"and pays {usual.answers} answers; recovery touched it {recovered} times."
    )
    console.print(screen.table(HEADINGS, rows(deaths)))


def rows(deaths: Sequence[Death]) -> list[Sequence[str]]:
    """Of the table: one for each way that somebody has died, and one for all."""
    by_way = {way.name: [death for death in deaths if death.way == way.name] for way in WAYS}
    return [row(name, own) for name, own in (*by_way.items(), (ALL, deaths)) if own]


def row(name: str, deaths: Sequence[Death]) -> Sequence[str]:
    seconds = [death.seconds for death in deaths]
    asked = [death.asked_again for death in deaths]
    paid = [death.paid_again for death in deaths]
    return (
        *(name, str(len(deaths)), f"{statistics.median(seconds):.1f}", p95(seconds)),
        *(f"{statistics.median(asked):.0f}", f"{max(asked):.0f}"),
        *(f"{statistics.median(paid):.0f}", f"{max(paid):.0f}"),
    )


def p95(values: Sequence[float]) -> str:
    """The 95th percentile; of too few values their largest, which is then called so."""
    if len(values) < FEWEST:
        return f"max {max(values):.1f}"
    return f"{statistics.quantiles(values, n=20)[18]:.1f}"


BENCH = Bench(
    help="How long a team waits after the death of its worker, and how much is done twice.",
    add_arguments=add_arguments,
    run=run,
    environment=outside,
)
