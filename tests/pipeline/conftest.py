"""What the receiver sent, and clocks that can be turned back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from apps.pipeline import receivers
from apps.pipeline.clock import database_now
from apps.pipeline.rows import rows

Sent = list[tuple[str, int]]


@pytest.fixture
def sent(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Callable[[], AbstractContextManager[Sent]]:
    """`with sent() as tasks:` collects (status, ticket) of what is published after the commit."""

    @contextmanager
    def collect() -> Iterator[Sent]:
        found: Sent = []
        monkeypatch.setattr(
            receivers,
            "publish",
            lambda team_id, *, ticket, status: found.append((str(status), ticket)),
        )
        with django_capture_on_commit_callbacks(execute=True):
            yield found

    return collect


@pytest.fixture
def age() -> Callable[..., None]:
    """`age(team, seconds, "pipeline_heartbeat_at", …)` makes those columns so many seconds old."""

    def turn_back(team: Any, seconds: float, *columns: str) -> None:
        now = database_now()
        assert now is not None
        then = now - timedelta(seconds=seconds)
        rows().filter(pk=team.pk).update(**dict.fromkeys(columns, then))

    return turn_back
