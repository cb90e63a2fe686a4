"""What journeys share: this process asks the same outside as the house's processes."""

from typing import Any

import pytest

from tests.journeys.house import House


@pytest.fixture
def outside(home: House, settings: Any) -> House:
    """The module's house, whose GitHub is this process's as well."""
    settings.GITHUB_API_URL = home.env["GITHUB_API_URL"]
    settings.GITHUB_GRAPHQL_URL = home.env["GITHUB_GRAPHQL_URL"]
    return home
