"""The checks that every commit passes, as command lines; `manage.py check_all` runs them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: Enough for the production settings to load. Nothing is connected to; no secret is real.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "DEBUG": "0",
    "SECRET_KEY": "thrown-away-after-the-check-1234567890-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "FIELD_ENCRYPTION_KEYS": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=",
    "ALLOWED_HOSTS": "mergelight.example",
    "DATABASE_URL": "postgres://nobody:nothing@localhost/none",
    "REDIS_URL": "redis://localhost:6379/0",
}


@dataclass(frozen=True)
class Check:
    """One tool and what it is asked."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """How a check went; `output` is everything that the tool said."""

    name: str
    passed: bool
    seconds: float
    output: str


def all_checks(root: Path) -> list[Check]:
    """In the order of their speed, so that the common mistakes show first."""
    templates = sorted(
        str(path.relative_to(root))
        for path in root.glob("templates/**/*.html")
        if "node_modules" not in path.parts
    )
    return [
        Check("ruff check", module("ruff", "check", ".")),
        Check("ruff format", module("ruff", "format", "--check", ".")),
        Check("templates", tool("djade", "--check", "--target-version", "5.2", *templates)),
        Check("imports", tool("lint-imports")),
        Check("migrations", manage("makemigrations", "--check", "--dry-run")),
        Check("deployment", manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
        Check("types", module("mypy")),
    ]


def run_checks(checks: Iterable[Check], *, root: Path) -> Iterator[Result]:
    """Run every check in `root`, whatever the others say, and yield each result as it comes."""
    for check in checks:
        began = time.monotonic()
        done = subprocess.run(  # noqa: S603 - the command lines above
            check.argv,
            cwd=root,
            env={**os.environ, **check.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        yield Result(check.name, done.returncode == 0, time.monotonic() - began, done.stdout)


def module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """A tool without a `python -m`: its script beside our interpreter."""
    return (str(Path(sys.executable).parent / name), *arguments)


def manage(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "manage.py", *arguments)
