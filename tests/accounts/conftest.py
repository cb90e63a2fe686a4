"""This site as GitHub knows it, and who sits in front of GitHub."""

from typing import Any

import pytest

from apps.sandbox.server import Sandbox
from tests.registrations import app_keys, github_app, oauth_app

__all__ = ["app_keys", "github_app", "oauth_app"]


@pytest.fixture
def visitor(oauth_app: Sandbox) -> Any:
    """They agree to everything at once."""
    return oauth_app.grants.visitor
