"""`manage.py demo`: everything on this machine, with an invented GitHub and Groq."""

import json
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.accounts.demo import demo_link
from apps.operations.demo import FAST, HONEST
from apps.operations.embedded import BrokerUnusable
from apps.operations.founding import demo_team, founded_for_the_demo
from apps.operations.ports import NothingListens, PortTaken, port_number
from apps.operations.run import begin, print_stays, see_through
from apps.operations.screen import console
from apps.operations.stage import (
    PORT,
    OthersTeams,
    become_the_demo,
    start_inside,
    start_outside,
    start_pages,
)
from apps.operations.summary import demo_summary
from apps.operations.supervise import Supervisor
from apps.sandbox.server import Sandbox

PATIENCE = 180.0  # seconds without any change until `--once` gives up

WELCOME = """
Mergelight is running. This link signs you in as the demo user:

    {link}

Three clicks lead to the dashboard: Connect, Read these repositories, Open the dashboard.
GitHub, the language model, Jira and Slack are invented and run on this machine.
Where a token is asked for, paste:  {token}
Logs are in {logs}. Ctrl-C stops everything.
"""


class Command(BaseCommand):
    help = "Starts everything with an invented GitHub and prints a link that signs you in."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=port_number, help=f"of the pages (default: {PORT}, if free)"
        )
        parser.add_argument("--once", action="store_true", help="run to the end without pages")
        parser.add_argument("--claimed", type=int, help=SUPPRESS)  # by become_the_demo

    def handle(self, *, port: int | None, once: bool, claimed: int | None, **options: Any) -> None:
        try:
            if claimed is None:
                become_the_demo(port, once=once)
            self.check()
            with Supervisor(kept_open=(claimed,)) as supervisor:
                if once:
                    self._run_once(supervisor)
                else:
                    self._show_pages(supervisor)
        except (BrokerUnusable, NothingListens, OthersTeams, PortTaken) as exc:
            raise CommandError(str(exc)) from exc

    def _show_pages(self, supervisor: Supervisor) -> None:
        start_outside(supervisor, HONEST)
        start_inside(supervisor)
        founded_for_the_demo()
        start_pages(supervisor)
        self.stdout.write(
            WELCOME.format(
                link=demo_link(settings.PUBLIC_URL),
                token=Sandbox.token,
                logs=settings.STATE_DIR / "logs",
            )
        )
        self.stdout.flush()
        supervisor.run()

    def _run_once(self, supervisor: Supervisor) -> None:
        start_outside(supervisor, FAST)
        start_inside(supervisor)
        team = demo_team(Sandbox.token)
        begin(team)
        progress = console(stderr=True)
        ending = see_through(team, supervisor=supervisor, console=progress, patience=PATIENCE)
        print_stays(ending.journal, console())
        self.stdout.write(json.dumps(demo_summary(ending)))
        self.stdout.flush()
        if not ending.is_complete:
            raise CommandError(ending.reason)
