"""The Celery tasks of this room, one for each of its statuses."""

from apps.github import members, sync
from apps.pipeline.claims import Claim
from apps.pipeline.tasking import step_task


@step_task
def sync_members(claim: Claim) -> None:
    """Fetch the members of the organisation or the personal account."""
    members.sync(claim)


@step_task
def sync_recent(claim: Claim) -> None:
    """Phase 1: what was touched in the last days, so that the dashboard opens soon."""
    sync.recent(claim)


@step_task
def sync_older(claim: Claim) -> None:
    """Phase 2: the rest of the history, newest first."""
    sync.older(claim)
