"""Doors: reading one team's Jira, and beat's door to finding whose turn it is."""

from celery import shared_task

from apps.jira import read, upkeep


@shared_task(name="apps.jira.tasks.read_team")
def read_team(team_id: int, **_unknown: object) -> None:
    """Safe at any number of times at once: one of them reads."""
    read.read_team(team_id)


@shared_task(name="apps.jira.tasks.read_due")
def read_due(**_unknown: object) -> None:
    """Have read what is due, and what a lost message has left behind. By the timetable."""
    upkeep.read_due()
