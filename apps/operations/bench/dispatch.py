"""
`bench dispatch`: the pipeline's own cost, beside a plain Celery chain in the same workers.

Ten statuses without work, and chains of ten tasks without work, by turns, so that whatever else the
machine does hits both.
"""

import dataclasses
import os
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any

from celery import chain
from django.db import connections, transaction

from apps.operations import processes
from apps.operations.bench import noop_steps
from apps.operations.bench.bench import Bench, at_least_one
from apps.operations.bench.dispatch_figures import (
    LENGTH,
    Figures,
    Round,
    figures,
    round_of,
    seconds_of_step,
)
from apps.operations.bench.dispatch_report import report
from apps.operations.bench.place import Place
from apps.operations.bench.servers import ServerUnusable
from apps.operations.bench.stamps import Reader, Stamp, now
from apps.operations.supervise import Process
from apps.pipeline.moves import move
from apps.teams.models import Team

ALONE = 10  # flows one after another in a round, where a round has one team
WARM_UP = 10  # flows of each kind that are not counted
PATIENCE = 120.0  # seconds without any task until the bench gives up
GLANCE = 0.02  # seconds between two looks at the stamps: seldom enough to cost the workers nothing

Start = Callable[[int], Mapping[int, int]]
_flows = count(1)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--teams",
        type=at_least_one,
        nargs="+",
        default=[1, 100],
        help="how many go at once; several numbers are measured one after another (1 100)",
    )
    parser.add_argument("--repeat", type=at_least_one, default=10, help="rounds (default: 10)")
    parser.add_argument("--json", action="store_true", help="for machines")


def run(place: Place, options: Mapping[str, Any]) -> int:
    load = os.getloadavg()[0]
    noop_steps.folder().mkdir(mode=0o700)
    place.supervisor.start(noop_worker())
    dispatch = Dispatch(place)
    dispatch.warm_up()
    measured = [dispatch.measure(teams, options["repeat"]) for teams in options["teams"]]
    report(place, measured, load=load, rounds=options["repeat"], as_json=options["json"])
    return 0


def noop_worker() -> Process:
    worker = processes.worker(log=processes.log_path("worker"))
    return dataclasses.replace(worker, argv=(*worker.argv, "--include", noop_steps.__name__))


class Dispatch:
    """Sends flows of both kinds through the worker and reads what became of them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.reader = Reader(noop_steps.folder())

    def warm_up(self) -> None:
        """Let every process of the worker connect and load what a step needs."""
        for start in (start_chains, start_pipelines):
            self.flow(start, WARM_UP)

    def measure(self, teams: int, rounds: int) -> Figures:
        chains, even_chains, pipelines = [], [], []
        for _ in range(rounds):
            chains.append(self.round(start_chains, teams))
            pipelines.append(self.round(start_pipelines, teams))
            evenly = partial(start_chains, seconds=seconds_of_step(pipelines[-1]))
            even_chains.append(self.round(evenly, teams))
        return figures(teams, chains=chains, even_chains=even_chains, pipelines=pipelines)

    def round(self, start: Start, teams: int) -> Round:
        stamps: list[Stamp] = []
        began: dict[int, int] = {}
        for _ in range(ALONE if teams == 1 else 1):
            more, moments = self.flow(start, teams)
            stamps += more
            began |= moments
        return round_of(stamps, began)

    def flow(self, start: Start, size: int) -> tuple[list[Stamp], Mapping[int, int]]:
        """Start so many at once and wait for the last task of the last."""
        began = start(size)
        stamps: list[Stamp] = []
        heard_at = time.monotonic()
        while len(stamps) < size * LENGTH:
            time.sleep(GLANCE)
            self.place.supervisor.tend()
            if more := list(self.reader.fresh()):
                stamps += more
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > PATIENCE:
                raise ServerUnusable(f"The worker has stopped; see {processes.log_path('worker')}")
        return stamps, began


def start_chains(size: int, seconds: float = 0.0) -> Mapping[int, int]:
    """:param seconds: that each task takes."""
    began = {}
    for flow in (next(_flows) for _ in range(size)):
        links = [noop_steps.link.si(flow, place, seconds) for place in range(LENGTH)]
        whole = chain(*links).set(queue=noop_steps.QUEUE)
        began[flow] = now()
        whole.apply_async()
    return began


def start_pipelines(size: int) -> Mapping[int, int]:
    """Start new teams in one transaction: they leave together, as the chains do."""
    numbers = [next(_flows) for _ in range(size)]
    teams = [Team.objects.create(name=f"Team {n}", slug=f"team-{n}").pk for n in numbers]
    with transaction.atomic():
        for pk in teams:
            move(pk, "start", actor="bench")
        began = now()
    connections.close_all()
    return dict.fromkeys(teams, began)


BENCH = Bench(
    help="Times a hop and a whole run of the pipeline without work, beside a plain Celery chain.",
    add_arguments=add_arguments,
    run=run,
    durable=True,
    prefers_postgres=True,
)
