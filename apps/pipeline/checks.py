"""Start-up checks: every name in the table, the timetable and the queues exists."""

from collections.abc import Iterator, Mapping
from typing import Any

from celery import Celery, Task, current_app
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import import_string

from apps.pipeline.machine import STEPS


@register("pipeline")
def check_pipeline(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Run every check of this module."""
    app = current_app._get_current_object()
    queues = {queue.name for queue in app.conf.task_queues or ()}
    return [
        *check_tasks({step.task for step in STEPS.values()}),
        *check_queues({step.queue for step in STEPS.values()}, queues),
        *check_timetable(app.conf.beat_schedule, queues),
        *check_patience(settings.PIPELINE),
        *check_night(settings.PIPELINE["nightly_hour"]),
        *check_routes(app),
        *check_database(connection),
    ]


def check_tasks(paths: set[str]) -> Iterator[CheckMessage]:
    """E001: a dotted path that is no Celery task, or one registered under another name."""
    for path in sorted(paths):
        try:
            task = import_string(path)
        except ImportError as exc:
            yield Error(f"no task {path}: {exc}", id="pipeline.E001")
            continue
        if not isinstance(task, Task) and not hasattr(task, "apply_async"):
            yield Error(f"{path} is not a Celery task", id="pipeline.E001")
        elif task.name != path:
            yield Error(f"{path} is registered as {task.name}", id="pipeline.E001")


def check_queues(named: set[str], existing: set[str]) -> Iterator[CheckMessage]:
    """E002: a queue that no worker of this configuration consumes."""
    for queue in sorted(named - existing):
        yield Error(
            f"queue {queue!r} does not exist",
            hint=f"config.celery.QUEUES has {', '.join(sorted(existing))}",
            id="pipeline.E002",
        )


def check_timetable(
    timetable: Mapping[str, Mapping[str, Any]], queues: set[str]
) -> Iterator[CheckMessage]:
    """E001, E002 for what beat sends; E004 for an entry that would reach a default queue."""
    yield from check_tasks({entry["task"] for entry in timetable.values()})
    for name, entry in timetable.items():
        queue = entry.get("options", {}).get("queue")
        if queue is None:
            yield Error(f"timetable entry {name!r} names no queue", id="pipeline.E004")
        else:
            yield from check_queues({queue}, queues)


def check_patience(config: Mapping[str, float]) -> Iterator[CheckMessage]:
    """W003: recovery would send healthy steps again. A warning: tickets keep that correct."""
    if config["silence_seconds"] < 3 * LONGEST_GAP:
        yield CheckWarning(
            f"PIPELINE_SILENCE must be {3 * LONGEST_GAP:.0f} seconds or more",
            hint="Work checks in every 10 seconds at the latest; three times that is patience.",
            id="pipeline.W003",
        )
    if config["lost_dispatch_seconds"] > config["lost_dispatch_max_seconds"]:
        yield CheckWarning(
            "PIPELINE_LOST_DISPATCH must not exceed PIPELINE_LOST_DISPATCH_MAX", id="pipeline.W003"
        )


def check_night(hour: int | None) -> Iterator[CheckMessage]:
    """E007: an hour that no day has."""
    if hour is not None and hour not in range(24):
        yield Error(
            f"NIGHTLY_HOUR is {hour}",
            hint="Name an hour from 0 to 23 (UTC), or leave it empty: then nothing runs at night.",
            id="pipeline.E007",
        )


def check_routes(app: Celery) -> Iterator[CheckMessage]:
    """E005: a route in CELERY_TASK_ROUTES; the table names the queues, a second list would lie."""
    if app.conf.task_routes:
        yield Error("CELERY_TASK_ROUTES is set; queues are named by STEPS", id="pipeline.E005")


def check_database(database: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    """E006: a SQLite that does not know UPDATE … RETURNING, by which tickets are claimed."""
    if not database.features.can_return_columns_from_insert:
        yield Error("SQLite 3.35 or newer is needed, or PostgreSQL", id="pipeline.E006")


#: Seconds between two heartbeats of healthy work, at the longest (see `Claim.heartbeat`).
LONGEST_GAP = 10.0
