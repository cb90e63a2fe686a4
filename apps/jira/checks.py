"""A start-up check: Jira that is configured by half."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks import Warning as CheckWarning


def check_jira(**_: Any) -> Iterator[CheckMessage]:
    """W001: configured by half, and so not offered."""
    names = ("JIRA_CLIENT_ID", "JIRA_CLIENT_SECRET")
    missing = [name for name in names if not getattr(settings, name)]
    if len(missing) == 1:
        yield CheckWarning(f"Jira is not offered: {missing[0]} missing", id="jira.W001")
