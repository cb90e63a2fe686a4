"""`manage.py supervise`: what the Procfile runs."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.operations import processes
from apps.operations.ports import HOST, port_number
from apps.operations.supervise import Process, Supervisor


class Command(BaseCommand):
    help = "Keeps the named processes running until it is stopped; they log to this output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+", choices=["web", "worker", "beat"], metavar="NAME")
        parser.add_argument("--port", type=port_number, default=8000, help="of web (default: 8000)")
        parser.add_argument("--host", default=HOST, help=f"of web (default: {HOST})")

    def handle(self, *, names: list[str], port: int, host: str, **options: Any) -> None:
        with Supervisor() as supervisor:
            for name in names:
                supervisor.start(self._process(name, port=port, host=host))
            supervisor.run()

    def _process(self, name: str, *, port: int, host: str) -> Process:
        if name == "web":
            return processes.web(port, host=host, grace=processes.PATIENT)
        if name == "worker":
            return processes.worker(grace=processes.PATIENT)
        return processes.beat()
