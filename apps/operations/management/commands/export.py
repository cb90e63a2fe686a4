"""`manage.py export`: a team's rows on standard output."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.operations.export import EXPORTS
from apps.operations.formats import write_csv, write_jsonl
from apps.operations.lookup import NoSuchTeam, team_called

WRITERS = {"jsonl": write_jsonl, "csv": write_csv}


class Command(BaseCommand):
    help = "Writes a team's pull requests, weeks, insights or transitions to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("team", help="its slug or its name")
        parser.add_argument("what", choices=EXPORTS)
        parser.add_argument("--format", choices=WRITERS, default="jsonl")

    def handle(self, *, team: str, what: str, format: str, **options: Any) -> None:  # noqa: A002
        try:
            found = team_called(team)
        except NoSuchTeam as exc:
            raise CommandError(str(exc), returncode=2) from exc
        export = EXPORTS[what]
        try:
            # Not self.stdout, which ends whatever it is given with a newline of its own.
            WRITERS[format](export.rows(found), export.columns, sys.stdout)
            sys.stdout.flush()
        except BrokenPipeError:  # `| head` has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
