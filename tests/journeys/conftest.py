"""What journeys share: this process asks the same outside as the house's processes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from tests.journeys.house import House
from tests.journeys.runs import Rows, undisturbed


@pytest.fixture
def outside(home: House) -> Iterator[House]:
    """The module's house, whose GitHub is this process's as well."""
    with override_settings(**home.outside()):
        yield home


@pytest.fixture(scope="module")
def expected(home: House, django_db_blocker: Any) -> Rows:
    """What an undisturbed run leaves in a house that stands for a whole module."""
    with override_settings(**home.outside()), django_db_blocker.unblock():
        return undisturbed(home)
