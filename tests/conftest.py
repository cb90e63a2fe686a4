"""Fixtures for every room."""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.limits import forget_limits

TESTS = Path(__file__).parent

# Playwright's fixtures keep an event loop running in the thread in which the ORM is used.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

HAS_WORKERS = re.compile(r"\bpytest\.mark\.workers\b")
STARTS_PROCESSES = re.compile(
    rf"{HAS_WORKERS.pattern}|\bpytest\.mark\.browser\b|\bimport .*\bpytestmark\b"
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> None:
    """
    Without the tables that django-waffle makes for its own flag although ours takes its place.

    Django does not know them, so PostgreSQL refuses to empty the tables that they refer to, which
    every test with `transaction=True` does at its end.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("waffle_flag_groups", "waffle_flag_users", "waffle_flag"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


@pytest.fixture(scope="session")
def names() -> set[str]:
    """The names of all tests, for the lists of what holds what."""
    texts = (path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    return {name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}


@pytest.fixture(autouse=True)
def no_limits_are_known() -> None:
    """What a test's GitHub or Groq has refused, and Redis has kept, is nothing to the next one."""
    forget_limits()


@pytest.hookimpl(trylast=True)  # pytest-django sorts as well
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    What starts workers comes first: one of the two processes has enough to do with it.

    It competes with its own processes for a machine of two cores, which may stand still for
    seconds. What fails there is run once more, and the summary names it; nothing else is.
    """
    for item in items:
        if not any(item.get_closest_marker(name) for name in ("workers", "browser")):
            continue
        if not starts_processes(item.path):
            raise pytest.UsageError(f"{item.path}: write the marker where its text shows it")
        item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(  # stable: the others stay in order
        key=lambda item: (not has_workers(item.path), not starts_processes(item.path))
    )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> "InOnePiece":
    return InOnePiece(config, log)


class InOnePiece(LoadScopeScheduling):
    """
    Two processes test at once: one takes what starts workers itself, the other all the rest.

    A house of workers needs a core to itself, so no two of them stand at the same time. Any other
    file stays in one piece, for its fixtures; those with a browser come first.
    (`--dist=loadgroup` does the same by marks, but with pytest 9.2 it silently groups nothing:
    pytest-xdist#1386.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "houses" if has_workers(self.config.rootpath / file) else file


def has_workers(file: Path) -> bool:
    return HAS_WORKERS.search(text_of(file)) is not None


def starts_processes(file: Path) -> bool:
    return STARTS_PROCESSES.search(text_of(file)) is not None


@cache
def text_of(file: Path) -> str:
    """Where marks are looked for: the process that hands out the tests collects none."""
    return file.read_text()
