"""Fixtures for every room."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.limits import forget_limits

TESTS = Path(__file__).parent

# Playwright's fixtures keep an event loop running in the thread in which the ORM is used.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


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
    sources = [path.read_text() for path in TESTS.rglob("test_*.py")]
    return {name for source in sources for name in re.findall(r"^def (test_\w+)", source, re.M)}


@pytest.fixture(autouse=True)
def no_limits_are_known() -> None:
    """What a test's GitHub or Groq has refused, and Redis has kept, is nothing to the next one."""
    forget_limits()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Two processes test at once: one takes what starts processes itself, the other all the rest.

    A house of workers needs a core to itself, so no two of them stand at the same time. Any other
    file stays in one piece, for its fixtures.
    """
    items.sort(key=lambda item: not starts_processes(item))  # stable: the files keep their order
    for item in items:
        group = "houses" if starts_processes(item) else item.path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))


def starts_processes(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("workers", "browser"))
