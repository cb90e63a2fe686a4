"""Doors: deleting what is left of teams that nobody reaches any more."""

from celery import shared_task

from apps.teams import deleting


@shared_task(name="apps.teams.tasks.delete_rows")
def delete_rows(deletion_id: int, **_unknown: object) -> None:
    """Delete rows of one team. Safe to run in any number at once."""
    deleting.delete_rows(deletion_id)


@shared_task(name="apps.teams.tasks.look_after_deletions")
def look_after_deletions(**_unknown: object) -> None:
    """Go on with what a lost message or a dead worker has left undeleted. By the timetable."""
    deleting.go_on()
