"""`manage.py sandbox`: an invented outside world on this machine, until stopped."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from apps.sandbox.server import running


class Command(BaseCommand):
    """Prints one line when all servers answer; ends on SIGTERM or Ctrl-C; needs no database."""

    help = "Run an invented GitHub, Groq, Jira and Slack for the demo and for tests."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--github-port", type=int, default=0, help="0: any free port")
        parser.add_argument("--groq-port", type=int, default=0, help="0: any free port")
        parser.add_argument("--jira-port", type=int, default=0, help="0: any free port")
        parser.add_argument("--slack-port", type=int, default=0, help="0: any free port")
        parser.add_argument("--page-seconds", type=float, default=0.0)
        parser.add_argument("--answer-seconds", type=float, default=0.0)
        parser.add_argument("--batch-seconds", type=float, default=3.0, help="of Groq's batches")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--app-key", help="file with a GitHub App's public key in PEM form")
        parser.add_argument("--setup-url", default="", help="where an installation leads")
        parser.add_argument("--small", action="store_true", help="2 repositories, about 40 PRs")

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        with running(
            seed=options["seed"],
            small=options["small"],
            github_port=options["github_port"],
            groq_port=options["groq_port"],
            jira_port=options["jira_port"],
            slack_port=options["slack_port"],
            page_seconds=options["page_seconds"],
            answer_seconds=options["answer_seconds"],
            batch_seconds=options["batch_seconds"],
            app_key=Path(options["app_key"]).read_text() if options["app_key"] else "",
            setup_url=options["setup_url"],
        ) as sandbox:
            pulls = len(sandbox.world.pull_requests)
            self.stdout.write(
                f"sandbox ready: GitHub {sandbox.github_url} ({pulls} pull requests, "
                f"token {sandbox.token}), Groq {sandbox.groq_url} (key {sandbox.key}), "
                f"Jira {sandbox.jira_url}, Slack {sandbox.slack_url}"
            )
            self.stdout.flush()
            stopped.wait()
