"""Every name in the table, the timetable and the queues exists, or the start says which not."""

import pytest
from celery import current_app
from django.conf import settings
from django.core.checks import run_checks

from apps.pipeline.checks import (
    check_database,
    check_night,
    check_patience,
    check_queues,
    check_tasks,
    check_timetable,
)
from apps.pipeline.machine import STEPS


def ids(found) -> list[str]:
    return [message.id for message in found]


def test_the_project_as_it_stands_is_clean():
    assert run_checks(tags=["pipeline"]) == []


def test_a_task_that_does_not_exist_is_named():
    found = list(check_tasks({"apps.github.tasks.sync_yesterday", "apps.nowhere.tasks.x"}))

    assert ids(found) == ["pipeline.E001", "pipeline.E001"]
    assert "sync_yesterday" in found[0].msg


def test_a_function_that_is_no_task_is_named():
    assert ids(check_tasks({"apps.pipeline.recovery.recover"})) == ["pipeline.E001"]


def test_a_queue_that_nobody_consumes_is_named():
    assert ids(check_queues({"phase1", "phase3"}, {"phase1"})) == ["pipeline.E002"]


def test_a_timetable_entry_without_a_queue_is_named():
    entry = {"task": "apps.pipeline.tasks.recover", "schedule": 20}

    assert ids(check_timetable({"recover": entry}, {"upkeep"})) == ["pipeline.E004"]


def test_too_little_patience_is_named():
    config = settings.PIPELINE | {"silence_seconds": 5.0}

    assert ids(check_patience(config)) == ["pipeline.W003"]


@pytest.mark.parametrize(
    ("hour", "found"), [(None, []), (0, []), (23, []), (24, ["pipeline.E007"])]
)
def test_an_hour_that_no_day_has_is_named(hour, found):
    assert ids(check_night(hour)) == found


def test_every_queue_of_the_configuration_is_used():
    queues = {queue.name for queue in current_app.conf.task_queues}
    used = {step.queue for step in STEPS.values()} | {
        entry["options"]["queue"] for entry in current_app.conf.beat_schedule.values()
    }

    assert queues == used


def test_messages_are_never_delayed_or_retried_by_celery():
    conf = current_app.conf

    assert not conf.task_publish_retry
    assert not conf.task_acks_late
    assert conf.task_ignore_result
    assert conf.accept_content == ["json"]


def test_a_database_that_cannot_return_what_it_updates_is_named():
    class Old:
        class features:  # noqa: N801 - as Django calls it
            can_return_columns_from_insert = False

    assert ids(check_database(Old)) == ["pipeline.E006"]
