"""`bench chaos`: faults at random, invariants checked by a program, hundreds of runs."""

import time
from argparse import ArgumentParser
from collections.abc import Mapping
from random import Random
from typing import Any

from rich.console import Console

from apps.operations import screen
from apps.operations.bench.bench import Bench
from apps.operations.bench.chaos.evidence import ClaimLog, Evidence, sessions
from apps.operations.bench.chaos.house import WORKERS, House, environment, open_house
from apps.operations.bench.chaos.invariants import broken
from apps.operations.bench.chaos.monkey import Planned, plan
from apps.operations.bench.chaos.run import Broken, go
from apps.operations.bench.chaos.summary import Summary
from apps.operations.bench.place import Place

RUNS = 20
MOST_TEAMS = 3  # of a run
PAGE_SECONDS, ANSWER_SECONDS = 0.1, 0.1  # of GitHub and Groq
BASELINE_AGE = 300.0  # seconds; the world is anchored in time, and a day's edge moves


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, help=f"how many (default: {RUNS})")
    parser.add_argument("--minutes", type=float, help="begin no run after so many minutes")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(place: Place, options: Mapping[str, Any]) -> int:
    """Exit code 1 at the first broken invariant; the seed of its run is printed, to replay it."""
    console = screen.console(stderr=options["json"])
    summary = Summary(database=place.database, first_seed=place.seed)
    minutes, runs = options["minutes"], options["runs"]
    if runs is None:
        runs = RUNS if minutes is None else None
    deadline = None if minutes is None else time.monotonic() + 60 * minutes
    with open_house(place, page_seconds=PAGE_SECONDS, answer_seconds=ANSWER_SECONDS) as house:
        chaos = Chaos(house)
        number = 0
        while (runs is None or number < runs) and not (deadline and time.monotonic() > deadline):
            seed = place.seed + number
            sentences = chaos.run(seed, summary)
            console.print(summary.line())
            if sentences:
                report_broken(console, sentences, place, seed)
                break
            number += 1
        if not summary.broken and (sentences := left_behind(house)):
            report_broken(console, sentences, place, place.seed)
            summary.broken.append(place.seed)
    summary.print(console, as_json=options["json"])
    return 1 if summary.broken else 0


def left_behind(house: House) -> list[str]:
    """What outlives the workers, once they have been told to stop and have ended."""
    processes = house.dismiss()
    others = max(sessions() - 1, 0)  # one is ours
    return [
        *([f"processes {processes} outlived their workers"] if processes else []),
        *([f"{others} sessions of the database outlived their workers"] if others else []),
    ]


def report_broken(console: Console, sentences: list[str], place: Place, seed: int) -> None:
    for sentence in sentences:
        console.print(f"BROKEN {sentence}", style="bold red", markup=False)
    console.print(
        f"Replay: python3 manage.py bench chaos --database {place.database} "
        f"--seed {seed} --runs 1 --keep",
    )


class Chaos:
    """Runs in one house, and the undisturbed run that they are compared with."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.claims = ClaimLog(WORKERS)
        self.baselines = 0
        self.baseline = self._undisturbed()
        self.read_at = time.monotonic()

    def run(self, seed: int, summary: Summary) -> list[str]:
        """One run; the sentences of what it broke, or nothing."""
        if time.monotonic() - self.read_at > BASELINE_AGE:
            self._renew()
        rng = Random(seed)  # noqa: S311 - faults, not secrets
        planned = plan(rng, self.house.place.database)
        began = time.monotonic()
        try:
            teams = rng.randint(1, MOST_TEAMS)
            found = go(self.house, f"run-{seed}", planned, rng, self.claims, teams=teams)
        except Broken as exc:
            summary.add_broken(seed, planned, seconds=time.monotonic() - began)
            return [f"every team arrives: {exc}"]
        sentences = broken(found, self.baseline)
        if sentences:  # an edge of the history may have moved since the baseline
            self._renew()
            sentences = broken(found, self.baseline)
        summary.add(seed, found, seconds=time.monotonic() - began, is_broken=bool(sentences))
        return sentences

    def _renew(self) -> None:
        self.baseline = self._undisturbed()
        self.read_at = time.monotonic()

    def _undisturbed(self) -> Evidence:
        """
        A run without any fault, of one team.

        :raises Broken: if even that breaks an invariant.
        """
        self.baselines += 1
        nothing: list[Planned] = []
        name = f"undisturbed-{self.baselines}"
        rng = Random(1)  # noqa: S311 - nothing is left to chance here
        found = go(self.house, name, nothing, rng, self.claims, teams=1)
        if sentences := broken(found, found):
            raise Broken(f"undisturbed: {sentences}")
        return found


BENCH = Bench(
    help="Faults at random, and a program that checks what must hold after each run.",
    add_arguments=add_arguments,
    run=run,
    environment=environment,
)
