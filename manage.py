#!/usr/bin/env python3
"""Mergelight's command line; `python3 manage.py demo` needs nothing but Python."""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    # By path, not `import config.bootstrap`: importing the package loads Celery, which is exactly
    # what may not be installed yet.
    runpy.run_path(str(ROOT / "config" / "bootstrap.py"))["ensure_environment"](ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

    from django.core.management import execute_from_command_line  # noqa: PLC0415 - see above

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
