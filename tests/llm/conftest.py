"""A team at the step, a claim on it, and the sandbox's Groq over real HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apps.github.models import PullRequest
from apps.pipeline.claims import Claim, take
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.sandbox.server import Sandbox, running
from apps.teams.models import Team
from tests.factories import PullRequestFactory, TeamFactory, TrackedRepositoryFactory


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with running(small=True) as started:
        yield started


@pytest.fixture
def groq(sandbox: Sandbox, settings: Any) -> Iterator[Any]:
    """The sandbox's Groq, configured as the installation's; yields its switches."""
    settings.GROQ_BASE_URL = sandbox.groq_url
    settings.GROQ_API_KEY = sandbox.key
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {
        "retry_delay_seconds": 0.01
    }
    sandbox.groq.change({"faults": {}, "batches": {}, "forget": True, "seconds": 0, "clear": True})
    yield sandbox.groq
    sandbox.groq.change({"faults": {}, "batches": {}, "forget": True, "seconds": 0, "clear": True})


@pytest.fixture
def batched(groq: Any, settings: Any) -> Any:
    """The switches of a Groq whose batches are used for any number of pull requests."""
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"llm_batch_api_from": 1}
    return groq


@pytest.fixture
def team(db: None) -> Team:
    return TeamFactory(onboarding_pipeline_status=Status.LLM_PROCESSING, pipeline_ticket=1)


@pytest.fixture
def claim_of() -> Callable[..., Claim]:
    """`claim_of(team)` takes the team's ticket, a new one each time, as a worker does."""

    def claim(team: Team, status: Status = Status.LLM_PROCESSING) -> Claim:
        ticket = Team.objects.get(pk=team.pk).pipeline_ticket + 1
        rows().filter(pk=team.pk).update(pipeline_ticket=ticket, onboarding_pipeline_status=status)
        taken = take(team_id=team.pk, ticket=ticket, status=status)
        assert taken is not None
        return taken

    return claim


@pytest.fixture
def pull_requests(team: Team) -> Callable[..., list[PullRequest]]:
    """`pull_requests(3, body="…")` stores so many, the first the newest."""
    repository = TrackedRepositoryFactory(team=team)

    def make(count: int, **fields: Any) -> list[PullRequest]:
        made = PullRequestFactory.create_batch(count, repository=repository, **fields)
        return list(reversed(made))

    return make
