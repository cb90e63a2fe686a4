"""`bench recovery`: how long a team waits after a death, and how much is done twice."""

import json
import statistics
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from random import Random
from typing import Any

from django.conf import settings
from rich.console import Console

from apps.operations import screen
from apps.operations.bench.bench import Bench
from apps.operations.bench.chaos.house import open_house, outside
from apps.operations.bench.place import Place
from apps.operations.bench.recovery.deaths import WAYS, Death, Usual, Way, die, undisturbed

KILLS = 56
PAGE_SECONDS, ANSWER_SECONDS = 0.4, 0.4  # long enough to die in the midst of a step
HEADINGS = ("way", "deaths", "seconds", "p95", "requests again", "at most", "answers again", "most")


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
        for way in in_turn(options["kills"]):
            names = [f"team-{number + n}" for n in range(way.at_once)]
            number += way.at_once
            deaths += die(house, way, names, rng, usual=usual)
            last = deaths[-1]
            console.print(f"{last.status}: {way.name}: {last.seconds:.1f} s")
    report(console, place, usual, deaths, recovered=recovered, as_json=options["json"])
    return 1 if recovered else 0


def in_turn(kills: int) -> Iterator[Way]:
    """The ways, one after the other, until there have been so many deaths."""
    done = 0
    while done < kills:
        for way in WAYS:
            if done < kills:
                done += way.at_once
                yield way


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
    console.print(screen.table(HEADINGS, [row(way, deaths) for way in WAYS if of(way, deaths)]))


def row(way: Way, deaths: Sequence[Death]) -> Sequence[str]:
    own = of(way, deaths)
    seconds = [death.seconds for death in own]
    asked = [death.asked_again for death in own]
    paid = [death.paid_again for death in own]
    return (
        *(way.name, str(len(own)), f"{statistics.median(seconds):.1f}", f"{p95(seconds):.1f}"),
        *(f"{statistics.median(asked):.0f}", f"{max(asked):.0f}"),
        *(f"{statistics.median(paid):.0f}", f"{max(paid):.0f}"),
    )


def of(way: Way, deaths: Sequence[Death]) -> list[Death]:
    return [death for death in deaths if death.way == way.name]


def p95(values: Sequence[float]) -> float:
    """The largest of few values; the 95th percentile of twenty and more."""
    return statistics.quantiles(values, n=20)[18] if len(values) >= 20 else max(values)


BENCH = Bench(
    help="How long a team waits after the death of its worker, and how much is done twice.",
    add_arguments=add_arguments,
    run=run,
    environment=outside,
)
