"""A crash point strikes the process that reaches it, once, and only where tests have armed it."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from apps.pipeline.crash_points import Point, arm, reached

REACH = """
import django; django.setup()
from apps.pipeline.crash_points import Point, reached
reached(Point.CLAIMED, "syncing")
print("alive")
"""


def reach(folder):
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "CRASH_POINTS": str(folder),
        "STATE_DIR": str(folder / "state"),
    }
    return subprocess.run(
        [sys.executable, "-c", REACH],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_process_that_reaches_an_armed_point_is_struck_and_no_other(tmp_path):
    told = arm(tmp_path, Point.CLAIMED, "syncing")

    first, second = reach(tmp_path), reach(tmp_path)

    assert first.returncode == -signal.SIGKILL, first.stderr
    assert second.stdout == "alive\n"
    assert told.read_text() == "SIGKILL"


def test_another_status_is_not_struck(tmp_path):
    arm(tmp_path, Point.CLAIMED, "llm_processing")

    assert reach(tmp_path).stdout == "alive\n"


@pytest.mark.parametrize("point", Point)
def test_nothing_is_armed_where_no_folder_is_set(point, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arm(tmp_path, point, "syncing")

    reached(point, "syncing")  # we are still here

    assert settings.CRASH_POINTS == ""
    assert (tmp_path / f"{point}@syncing").exists()


def test_production_arms_nothing_whatever_its_environment_says():
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "CRASH_POINTS": "/anywhere",
        "SECRET_KEY": "x" * 50,
        "FIELD_ENCRYPTION_KEYS": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=",
        "ALLOWED_HOSTS": "mergelight.example",
        "DATABASE_URL": "postgres://nobody:nothing@localhost/none",
        "REDIS_URL": "redis://localhost:6379/0",
    }
    shown = subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print([settings.CRASH_POINTS])"],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert shown.stdout == "['']\n", shown.stderr
