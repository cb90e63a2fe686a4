"""A team whose dashboard is open, with pull requests, weeks and somebody who looks at them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from apps.metrics.measure import measure
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.factories import (
    CommitFactory,
    MembershipFactory,
    PersonFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    ReviewFactory,
    TrackedRepositoryFactory,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_first_of_june():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def key(settings: Any) -> None:
    """The installation has a key for the language model."""
    settings.GROQ_API_KEY = "sandbox-key"


@pytest.fixture
def team(client: Client) -> Any:
    """Signed in: an admin of the team `lantern`, in phase 2."""
    membership = MembershipFactory(
        team__slug="lantern",
        team__name="Lantern",
        team__onboarding_pipeline_status="background_syncing",
        team__phase1_completed_at=NOW - timedelta(minutes=5),
        team__background_sync_progress=46,
    )
    client.force_login(membership.user)
    return membership.team


@pytest.fixture
def merged(team: Any) -> Any:
    """`merged(30, "B")` stores 30 merged pull requests of that class, and measures the team."""
    repository = TrackedRepositoryFactory(team=team, last_synced_at=NOW, sync_status="completed")
    author, reviewer = PersonFactory(team=team), PersonFactory(team=team)

    def store(count: int, ai_class: str = "D") -> list[Any]:
        found = [
            PullRequestFactory(
                merged=True,
                repository=repository,
                author=author,
                created_at=NOW - timedelta(days=2 + place % 20),
            )
            for place in range(count)
        ]
        for pull_request in found:
            CommitFactory(pull_request=pull_request)
            ReviewFactory(pull_request=pull_request, author=reviewer)
            PullRequestAnalysisFactory(pull_request=pull_request, ai_class=ai_class)
        measure(claim(team, Status.BACKGROUND_METRICS), since=NOW - timedelta(days=30), now=NOW)
        return found

    return store
