"""The Celery app, its queues, and the timetable of everything that runs by itself."""

import os

from celery import Celery
from celery.schedules import crontab
from django.conf import settings
from kombu.entity import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("mergelight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: In the order in which a worker empties them. Each is named by a step of the pipeline's table or
#: by the timetable below; a start-up check (pipeline.E002) holds the three together.
QUEUES = ("phase1", "upkeep", "phase2")


def timetable() -> dict[str, dict[str, object]]:
    """What beat sends, and when. Two beats may run: each of these is safe to run twice."""
    upkeep = {"queue": "upkeep", "expires": 60}
    return {
        "send silent steps again": {
            "task": "apps.pipeline.tasks.recover",
            "schedule": settings.PIPELINE["sweep_seconds"],
            "options": upkeep,
        },
        "update teams at night": {
            "task": "apps.pipeline.tasks.refresh_due",
            "schedule": crontab(minute="*/5"),  # each call takes some teams: see nightly.py
            "options": upkeep,
        },
        "take in what GitHub has told": {
            "task": "apps.github.tasks.look_after_deliveries",
            "schedule": crontab(),  # every minute
            "options": upkeep,
        },
        "bring numbers up to date that nobody counts": {
            "task": "apps.metrics.tasks.look_after_numbers",
            "schedule": crontab(),  # every minute
            "options": upkeep,
        },
        "delete what is left of teams": {
            "task": "apps.teams.tasks.look_after_deletions",
            "schedule": crontab(),  # every minute
            "options": upkeep,
        },
        "read the Jira of teams whose turn it is": {
            "task": "apps.jira.tasks.read_due",
            "schedule": crontab(),  # every minute
            "options": upkeep,
        },
        "write the mails that are due": {
            "task": "apps.notifications.tasks.deliver_due",
            "schedule": crontab(),  # every minute
            "options": upkeep,
        },
    }


def queues_and_timetable() -> dict[str, object]:
    return {
        "task_queues": [Queue(name, routing_key=name) for name in QUEUES],
        "task_default_queue": "upkeep",
        "task_create_missing_queues": False,
        "beat_schedule": timetable(),
    }


# A promise: reading it now would load the settings while they import this package.
app.add_defaults(queues_and_timetable)
