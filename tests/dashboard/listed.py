"""Pull requests in a table and in a file: stored, measured, and read back."""

import csv
import io
from datetime import timedelta

import pytest

from apps.metrics.measure import measure
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.dashboard.conftest import NOW
from tests.dashboard.counting import look
from tests.factories import (
    CommitFactory,
    PullRequestAnalysisFactory,
    PullRequestFactory,
    TrackedRepositoryFactory,
)


@pytest.fixture
def measured(team):
    """Computes the team's numbers from what is stored."""

    def compute():
        measure(claim(team, Status.BACKGROUND_METRICS), since=NOW - timedelta(days=60), now=NOW)

    return compute


@pytest.fixture
def repository(team):
    return TrackedRepositoryFactory(
        team=team, name_with_owner="acme/web", last_synced_at=NOW, sync_status="completed"
    )


def merged_pr(repository, title, *, days=3, hours=1, ai_class="D", **columns):
    """Merged some days ago; its cycle took that many hours."""
    at = NOW - timedelta(days=days)
    row = PullRequestFactory(
        repository=repository,
        title=title,
        state="merged",
        created_at=at - timedelta(hours=hours),
        merged_at=at,
        **columns,
    )
    CommitFactory(pull_request=row, authored_at=at - timedelta(hours=hours))
    PullRequestAnalysisFactory(pull_request=row, ai_class=ai_class)
    return row


def table(client, team, **query):
    return look(client, team, "pull_requests", **query)


def titles(answer):
    return [line.title for line in answer.context["table"].lines]


def rows_of(client, team, **query):
    answer = look(client, team, "pull_requests_csv", **query)
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return answer, list(csv.DictReader(io.StringIO(text[1:])))
