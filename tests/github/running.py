"""A team's sync without a worker, and what it stored."""

from apps.github.models import PullRequest, TrackedRepository
from apps.github.syncing import sync
from apps.pipeline.machine import Status
from apps.teams.models import Team
from tests.claims import claim


def track(team: Team, node_id: str) -> TrackedRepository:
    """Choose one of FakeGitHub's repositories."""
    name = node_id.removeprefix("R_")
    return TrackedRepository.objects.create(team=team, name_with_owner=name, node_id=node_id)


def sync_recent(team: Team) -> None:
    sync.recent(claim(team, Status.SYNCING))


def sync_older(team: Team) -> None:
    sync.older(claim(team, Status.BACKGROUND_SYNCING))


def stored(team: Team) -> set[int]:
    return set(PullRequest.objects.filter(team=team).values_list("number", flat=True))
