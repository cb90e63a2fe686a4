"""`manage.py onboard`: from a token to numbers, in a terminal."""

import json
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import PermanentError, TransientError
from apps.github.api.errors import GitHubError
from apps.operations import processes
from apps.operations.embedded import BrokerUnusable, start_broker
from apps.operations.founding import TERMINAL, equip, team_for
from apps.operations.lookup import NoSuchTeam
from apps.operations.run import Ending, begin, ending_of, print_stays, see_through
from apps.operations.screen import console
from apps.operations.summary import onboard_summary
from apps.operations.supervise import Supervisor
from apps.operations.wanted import Malformed, Wanted, token_from, wanted
from apps.pipeline.moves import MoveRefused
from apps.teams.models import Team

PATIENCE = 5400.0  # seconds without a move until we give up: longer than GitHub's hour

DASHBOARD = "To see the dashboard: manage.py changepassword {user}, then sign in as {user}."


class Command(BaseCommand):
    help = "Reads repositories of GitHub into a team, shows the progress, and ends with the run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("repositories", nargs="+", metavar="OWNER/REPO")
        parser.add_argument("--team", help="its name (default: the owner named most often)")
        parser.add_argument(
            "--token-env",
            default="GITHUB_TOKEN",
            metavar="NAME",
            help="the environment variable that holds the token (default: GITHUB_TOKEN)",
        )
        parser.add_argument("--json", action="store_true", help="a JSON document as the last line")

    def handle(
        self,
        *,
        repositories: list[str],
        team: str | None,
        token_env: str,
        json: bool,
        **options: Any,
    ) -> None:
        self.as_json = json
        self.screen = console(stderr=json)
        try:
            asked = wanted(repositories, team=team)
            token = token_from(os.environ, token_env)
        except Malformed as exc:
            raise CommandError(str(exc), returncode=2) from exc
        try:
            with Supervisor() as supervisor:
                self._onboard(supervisor, asked, token)
        except (BrokerUnusable, NoSuchTeam) as exc:
            raise CommandError(str(exc)) from exc

    def _onboard(self, supervisor: Supervisor, asked: Wanted, token: str) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        team = team_for(asked)
        start_broker(supervisor, log=processes.log_path("onboard-broker"))
        try:
            has_new = equip(team, asked, token=token)
            team.refresh_from_db()
            is_moving = begin(team, anew=has_new)
        except (GitHubError, PermanentError, TransientError, MoveRefused) as exc:
            self._report(team, ending_of(team, stalled=str(exc)))
            return
        if not is_moving:
            self.screen.print(f"All is done: {team.name} is complete.", markup=False)
            self._report(team, ending_of(team))
            return
        log = processes.log_path("onboard-worker")
        supervisor.start(processes.worker(beat=True, name="onboard-worker", log=log))
        self._report(
            team, see_through(team, supervisor=supervisor, console=self.screen, patience=PATIENCE)
        )

    def _report(self, team: Team, ending: Ending) -> None:
        print_stays(ending.journal, self.screen)
        if ending.glance.standing.dashboard_is_open:
            self.screen.print(DASHBOARD.format(user=TERMINAL), markup=False)
        if self.as_json:
            self.stdout.write(json.dumps(onboard_summary(team, ending), ensure_ascii=False))
            self.stdout.flush()
        if not ending.is_complete:
            raise CommandError(ending.reason)
