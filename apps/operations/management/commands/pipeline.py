"""`manage.py pipeline`: see where teams stand, and set those going that do not move."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.operations.export import moment, transitions
from apps.operations.lookup import NoSuchTeam, team_called
from apps.operations.overview import team_values
from apps.operations.screen import console, table
from apps.pipeline.moves import MoveRefused, move
from apps.pipeline.recovery import recover
from apps.teams.journal import Journal, journal_of, latest_moves
from apps.teams.models import Team

ACTOR = "command"
VERBS = ("retry", "refresh")
LIST = ("team", "name", "status", "percent", "waits_for", "error")
LOG = ("at", "run", "ticket", "verb", "source", "target", "position", "actor", "reason")


def told_rows(journal: Journal, team: Team) -> Iterator[tuple[str, str]]:
    """The lines of the status page in the team's time zone, oldest first as the log beneath."""
    if journal.earlier:
        yield "", f"({journal.earlier} earlier)"
    for line in reversed(journal.lines):
        again = f" ({line.again})" if line.again else ""
        yield f"{line.at.astimezone(team.zone):%Y-%m-%d %H:%M:%S %Z}", line.text + again


class Command(BaseCommand):
    help = "Lists teams, shows one, retries or refreshes it, or sends silent steps again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["list", "show", *VERBS, "recover"])
        parser.add_argument("team", nargs="?", help="its slug or its name")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *, action: str, team: str | None, json: bool, **options: Any) -> None:
        if action in ("show", *VERBS) and team is None:
            raise CommandError(f"Say which team: manage.py pipeline {action} TEAM", returncode=2)
        try:
            found = team_called(team) if team else None
        except NoSuchTeam as exc:
            raise CommandError(str(exc), returncode=2) from exc
        if action in VERBS and found:
            self.move(found, action, as_json=json)
        else:
            getattr(self, action)(found, as_json=json)

    def list(self, team: Team | None, *, as_json: bool) -> None:
        teams = [team] if team else Team.objects.order_by("slug").iterator()
        values = [team_values(each) for each in teams]
        if as_json:
            self._print_json(values)
        else:
            rows = ([each[name] for name in LIST] for each in values)
            console().print(table(LIST, rows))

    def show(self, team: Team, *, as_json: bool) -> None:
        values = team_values(team)
        log = list(transitions(team))
        journal = journal_of(team, latest_moves(team))
        if as_json:
            told = [{**asdict(line), "at": moment(line.at)} for line in journal.lines]
            self._print_json({**values, "journal": told, "transitions": log})
            return
        screen = console()
        screen.print(table(("", ""), values.items()))
        screen.print()
        screen.print(table(("at", "what happened"), told_rows(journal, team)))
        screen.print()
        screen.print(table(LOG, ([entry[name] for name in LOG] for entry in log)))

    def move(self, team: Team, verb: str, *, as_json: bool) -> None:
        try:
            moved = move(team.pk, verb, actor=ACTOR)
        except MoveRefused as exc:
            raise CommandError(str(exc)) from exc
        if as_json:
            self._print_json(team_values(moved))
        else:
            label = moved.get_onboarding_pipeline_status_display()
            self.stdout.write(f"{team.slug} goes on at “{label}”.")

    def recover(self, team: Team | None, *, as_json: bool) -> None:
        recovered = recover(team_id=team.pk if team else None, actor=ACTOR)
        if as_json:
            self._print_json([asdict(each) for each in recovered])
            return
        slugs = dict(Team.objects.values_list("pk", "slug"))
        for each in recovered:
            self.stdout.write(f"{slugs[each.team_id]} at {each.status}: {each.reason}; {each.verb}")
        failed = sum(each.verb == "fail" for each in recovered)
        given_up = f", {failed} given up" if failed else ""
        self.stdout.write(f"{len(recovered) - failed} sent again{given_up}.")

    def _print_json(self, values: Any) -> None:
        self.stdout.write(json.dumps(values, ensure_ascii=False))
