"""`bench chaos`: faults at random, invariants checked by a program, hundreds of runs."""

import logging
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import redis
from django.db import DatabaseError
from rich.console import Console

from apps.github.api.errors import GitHubError
from apps.operations import screen
from apps.operations.bench.bench import Bench
from apps.operations.bench.chaos.evidence import ClaimLog, Rest, sessions
from apps.operations.bench.chaos.house import WORKERS, House, environment, open_house
from apps.operations.bench.chaos.invariants import broken
from apps.operations.bench.chaos.monkey import plan
from apps.operations.bench.chaos.run import Broken, go
from apps.operations.bench.chaos.story import story
from apps.operations.bench.chaos.summary import Summary
from apps.operations.bench.place import Place

logger = logging.getLogger(__name__)

RUNS = 20
MOST_TEAMS = 3  # of a run
PAGE_SECONDS, ANSWER_SECONDS = 0.1, 0.1  # of GitHub and Groq
BASELINE_AGE = 300.0  # seconds; the world is anchored in time, and a day's edge moves
#: With which a run may end; each is told with the seed of its run.
ERRORS = (Broken, DatabaseError, GitHubError, redis.RedisError, RuntimeError, OSError)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, help=f"how many (default: {RUNS})")
    parser.add_argument("--minutes", type=float, help="begin no run after so many minutes")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(place: Place, options: Mapping[str, Any]) -> int:
    """Exit code 1 at the first broken invariant; the seed of its run is printed, to replay it."""
    console = screen.console(stderr=options["json"])
    summary = Summary(database=place.database, first_seed=place.seed)
    with open_house(place, page_seconds=PAGE_SECONDS, answer_seconds=ANSWER_SECONDS) as house:
        try:
            chaos = Chaos(house)
        except ERRORS as exc:
            summary.broken.append(place.seed)
            notes = getattr(exc, "__notes__", ())
            sentence = f"without any fault: {told(exc)}"
            report_broken(console, [sentence], place, place.seed, story=notes)
        else:
            go_through(chaos, summary, console, options)
        if not summary.broken and (sentences := left_behind(house)):
            summary.broken.append(place.seed)
            report_broken(console, sentences, place, place.seed, runs=summary.runs)
    summary.print(console, as_json=options["json"])
    return 1 if summary.broken else 0


def go_through(
    chaos: "Chaos", summary: Summary, console: Console, options: Mapping[str, Any]
) -> None:
    """One run after the other, until there were enough or one is broken."""
    place, runs, minutes = chaos.house.place, options["runs"], options["minutes"]
    if runs is None and minutes is None:
        runs = RUNS
    began = time.monotonic()
    while runs is None or summary.runs < runs:
        if minutes is not None and time.monotonic() - began > 60 * minutes:
            return
        seed = place.seed + summary.runs
        verdict = chaos.run(seed, summary)
        console.print(summary.last, markup=False)
        if verdict.sentences:
            report_broken(console, verdict.sentences, place, seed, story=verdict.story)
            return


def left_behind(house: House) -> list[str]:
    """What outlives the workers, once they have been told to stop and have ended."""
    try:
        processes = house.dismiss()
        others = max(sessions() - 1, 0)  # one is ours
    except ERRORS as exc:
        return [f"the workers' end cannot be seen: {told(exc)}"]
    return [
        *([f"processes {processes} outlived their workers"] if processes else []),
        *([f"{others} sessions of the database outlived their workers"] if others else []),
    ]


def report_broken(
    console: Console,
    sentences: Sequence[str],
    place: Place,
    seed: int,
    *,
    runs: int = 1,
    story: Sequence[str] = (),
) -> None:
    for sentence in sentences:
        console.print(f"BROKEN {sentence}", style="bold red", markup=False)
    for line in story:
        console.print(f"  {line}", markup=False, highlight=False)
    console.print(
        f"Replay: python3 manage.py bench chaos --database {place.database} "
        f"--seed {seed} --runs {runs} --keep",
    )


def told(exc: Exception) -> str:
    return str(exc) if isinstance(exc, Broken) else f"{type(exc).__name__}: {exc}"


@dataclass(frozen=True)
class Verdict:
    """What a run has broken, if anything, and then what happened in it."""

    sentences: Sequence[str] = ()
    story: Sequence[str] = ()


class Chaos:
    """
    Runs in one house, and the undisturbed run that they are compared with.

    It is made anew from time to time; only what the house held at rest stays as it was at first,
    or a leak would be compared with itself.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self.claims = ClaimLog(WORKERS)
        self.baselines = 0
        self.rest: Rest | None = None
        self._renew()

    def run(self, seed: int, summary: Summary) -> Verdict:
        """One run, whatever becomes of it."""
        rng = Random(f"{seed}-teams")  # noqa: S311 - faults, not secrets
        planned = plan(seed, self.house.place.database)
        teams = rng.randint(1, MOST_TEAMS)
        began = time.monotonic()
        try:
            if began - self.read_at > BASELINE_AGE:
                self._renew()
            name, rest = f"run-{seed}", self.rest
            found = go(self.house, name, planned, rng, self.claims, teams=teams, rest=rest)
            sentences = broken(found, self.baseline)
            if sentences:  # an edge of the history may have moved since the baseline
                self._renew()
                sentences = broken(found, self.baseline)
        except ERRORS as exc:
            logger.warning("chaos: seed %s", seed, exc_info=exc)
            summary.add_broken(seed, planned, seconds=time.monotonic() - began)
            return Verdict([told(exc)], getattr(exc, "__notes__", ()))
        summary.add(seed, found, seconds=time.monotonic() - began, is_broken=bool(sentences))
        return Verdict(sentences, story(found, sentences)) if sentences else Verdict()

    def _renew(self) -> None:
        """
        Let one team run without any fault.

        :raises Broken: if even that breaks an invariant.
        """
        self.baselines += 1
        name = f"undisturbed-{self.baselines}"
        rng = Random(1)  # noqa: S311 - nothing is left to chance here
        found = go(self.house, name, [], rng, self.claims, teams=1, rest=self.rest)
        self.rest = self.rest or found.rest.at_most()
        self.baseline = replace(found, rest=self.rest)
        self.read_at = time.monotonic()
        if sentences := broken(found, self.baseline):
            broke = Broken(f"an undisturbed run breaks {'; '.join(sentences)}")
            for line in story(found, sentences):
                broke.add_note(line)
            raise broke


BENCH = Bench(
    help="Faults at random, and a program that checks what must hold after each run. A seed "
    "replays the faults with their times, victims and durations, but not the moments of the "
    "scheduler: what it has broken once may need some runs to break again.",
    add_arguments=add_arguments,
    run=run,
    environment=environment,
)
