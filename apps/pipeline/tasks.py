"""Beat's doors: to recovery, and to the night."""

from celery import shared_task

from apps.pipeline import nightly
from apps.pipeline.recovery import recover as recover_silent_rows


@shared_task(name="apps.pipeline.tasks.recover")
def recover(**_unknown: object) -> None:
    """Send the step of every silent team again. Safe to run in any number at once."""
    recover_silent_rows(actor="beat")


@shared_task(name="apps.pipeline.tasks.refresh_due")
def refresh_due(**_unknown: object) -> None:
    """Bring the next teams up to date whose night has come. Safe to run in any number at once."""
    nightly.refresh_due()
