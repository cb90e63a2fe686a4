"""`manage.py check_all`: every check but the tests."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.operations.quality import all_checks, run_checks


class Command(BaseCommand):
    help = "Checks style, format, templates, imports, migrations, deployment settings and types."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        failed = []
        for result in run_checks(all_checks(settings.BASE_DIR), root=settings.BASE_DIR):
            verdict = "passed" if result.passed else "FAILED"
            self.stdout.write(f"{result.name:<12} {verdict}  {result.seconds:5.1f} s")
            if not result.passed:
                failed.append(result.name)
                self.stdout.write(result.output)
            self.stdout.flush()
        if failed:
            self.stdout.write(f"Failed: {', '.join(failed)}.")
            sys.exit(1)
        self.stdout.write("All checks passed.")
