"""The Celery tasks of this room: one for each of its statuses, and the doors to deliveries."""

from celery import shared_task

from apps.github.syncing import members, sync
from apps.github.webhooks import deliveries
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
    """Phase 2: the rest of the history, newest first. A refresh: what has changed."""
    sync.older(claim)


@shared_task(name="apps.github.tasks.take_in_deliveries")
def take_in_deliveries(**_unknown: object) -> None:
    """Make rows of what GitHub has told. Safe to run in any number at once."""
    deliveries.take_in()


@shared_task(name="apps.github.tasks.look_after_deliveries")
def look_after_deliveries(**_unknown: object) -> None:
    """The same and what follows of it: updates, another try, forgetting. By the timetable."""
    deliveries.upkeep()
