"""Doors: announcing in the pipeline, and beat's door to delivering."""

from celery import shared_task
from django.utils import timezone

from apps.notifications import announce, deliver, weekly
from apps.pipeline.claims import Claim
from apps.pipeline.hints import hint
from apps.pipeline.tasking import step_task


@step_task
def announce_ready(claim: Claim) -> None:
    """
    Write down that the dashboard is ready, and have it delivered at once by another task.

    No mail server and no Slack, however slow, delays the pipeline; without a broker beat delivers.
    """
    announce.announce(claim)
    hint(deliver_due)


@shared_task(name="apps.notifications.tasks.deliver_due")
def deliver_due(**_unknown: object) -> None:
    """Write what no step has announced, and send what is due. Safe in any number at once."""
    announce.announce_news()
    weekly.announce_weeks(timezone.now())
    deliver.deliver_due()
