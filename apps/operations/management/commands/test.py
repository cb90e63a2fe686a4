"""`manage.py test`: the whole suite, or what pytest's own arguments choose."""

import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Runs the tests by pytest; every argument is pytest's (paths, -k, -m, -x, …)."
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        # A new process without our settings module: pytest-django then takes config.settings.test,
        # and Django's own options (--parallel, --keepdb, …) do not get in the way of pytest's.
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)
        os.chdir(settings.BASE_DIR)
        command = [sys.executable, "-m", "pytest", *argv[2:]]
        os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, no shell
