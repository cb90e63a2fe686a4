"""`manage.py bench`: measure the pipeline, or try to break it, on servers that are thrown away."""

import secrets
import sys
from argparse import SUPPRESS, ArgumentParser, BooleanOptionalAction
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.operations.bench import dispatch
from apps.operations.bench.bench import Bench
from apps.operations.bench.chaos import bench as chaos
from apps.operations.bench.dashboard import bench as dashboard
from apps.operations.bench.llm import bench as llm
from apps.operations.bench.place import Database, NotABench, become_the_bench, open_place
from apps.operations.bench.recovery import bench as recovery
from apps.operations.bench.servers import NO_POSTGRES, ServerUnusable, postgres_binaries
from apps.operations.bench.sync import bench as sync
from apps.operations.embedded import BrokerUnusable

BENCHES: Mapping[str, Bench] = {
    "chaos": chaos.BENCH,
    "dashboard": dashboard.BENCH,
    "dispatch": dispatch.BENCH,
    "llm": llm.BENCH,
    "recovery": recovery.BENCH,
    "sync": sync.BENCH,
}


class Command(BaseCommand):
    requires_system_checks = ()  # chaos is impatient on purpose (pipeline.W003)
    help = "Measures the pipeline, or tries to break it, on servers that are thrown away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
        for name, bench in BENCHES.items():
            own = names.add_parser(name, help=bench.help, description=bench.help)
            own.add_argument("--database", choices=["sqlite", "postgres"])
            own.add_argument(
                "--durable",
                action=BooleanOptionalAction,
                default=bench.durable,
                help="PostgreSQL waits for its disk at each commit, as production does",
            )
            own.add_argument("--seed", type=int, help="of everything random (default: a new one)")
            own.add_argument("--keep", action="store_true", help="do not remove its folder")
            own.add_argument("--inside", type=Path, help=SUPPRESS)  # by become_the_bench
            bench.add_arguments(own)

    def run_from_argv(self, argv: list[str]) -> None:
        self.argv = argv[1:]
        super().run_from_argv(argv)

    def handle(self, *, name: str, inside: Path | None, **options: Any) -> None:
        bench = BENCHES[name]
        try:
            if inside is None:
                self._become(bench, options)
            else:
                self._run(bench, inside, options)
        except (BrokerUnusable, NotABench, ServerUnusable) as exc:
            raise CommandError(str(exc)) from exc

    def _become(self, bench: Bench, options: Mapping[str, Any]) -> None:
        database = options["database"] or default_database(bench)
        if database == "postgres" and postgres_binaries() is None:
            raise ServerUnusable(NO_POSTGRES)
        seed = secrets.randbelow(10**6) if options["seed"] is None else options["seed"]
        decided = ("--database", database, "--seed", str(seed))
        become_the_bench((*self.argv, *decided), database=database, more=bench.environment())

    def _run(self, bench: Bench, folder: Path, options: Mapping[str, Any]) -> None:
        if options["keep"]:
            self.stderr.write(f"Kept: {folder}")
        with open_place(
            folder,
            database=options["database"],
            seed=options["seed"],
            durable=options["durable"],
            keep=options["keep"],
        ) as place:
            code = bench.run(place, options)
        if code:
            sys.exit(code)


def default_database(bench: Bench) -> Database:
    """SQLite, which is everywhere; PostgreSQL for a bench that prefers it, where it is found."""
    return "postgres" if bench.prefers_postgres and postgres_binaries() else "sqlite"
