"""`check_all` runs every check and fails if one does; `test` hands everything to pytest."""

import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.operations.management.commands import check_all
from apps.operations.quality import Check, all_checks, run_checks
from tests.operations.machine import ROOT, bare_environment, manage

PASSING = Check("passing", (sys.executable, "-c", "print('fine')"))
FAILING = Check("failing", (sys.executable, "-c", "raise SystemExit('line 3 is too long')"))


def test_every_check_runs_whatever_the_others_say(tmp_path):
    results = list(run_checks([FAILING, PASSING], root=tmp_path))

    assert [(result.name, result.passed) for result in results] == [
        ("failing", False),
        ("passing", True),
    ]
    assert "line 3 is too long" in results[0].output


def test_a_check_gets_its_environment_in_the_projects_folder(tmp_path):
    code = "import os; print(os.getcwd(), os.environ['WHO'])"
    asking = Check("asking", (sys.executable, "-c", code), {"WHO": "me"})

    (result,) = run_checks([asking], root=tmp_path)

    assert result.output.split() == [str(tmp_path.resolve()), "me"]


def test_the_command_fails_if_one_check_does_and_shows_what_it_said(capsys, monkeypatch):
    monkeypatch.setattr(check_all, "all_checks", lambda root: [FAILING, PASSING])

    with pytest.raises(SystemExit, match="1"):
        call_command("check_all")

    said = capsys.readouterr().out
    assert "line 3 is too long" in said
    assert said.endswith("Failed: failing.\n")


def test_the_command_ends_well_if_all_checks_do(capsys, monkeypatch):
    monkeypatch.setattr(check_all, "all_checks", lambda root: [PASSING])

    call_command("check_all")

    assert capsys.readouterr().out.endswith("All checks passed.\n")


def test_each_tool_is_there():
    for check in all_checks(ROOT):
        assert Path(check.argv[0]).exists(), check.name


def test_the_test_command_is_pytest_with_its_own_settings_and_arguments(tmp_path):
    env = bare_environment(tmp_path, DJANGO_SETTINGS_MODULE="config.settings.local")
    arguments = (
        "tests/operations/test_wanted.py",
        "-k",
        "empty_name",
        "-v",
        "--numprocesses=0",
        "--parallel-is-not-a-thing",
    )

    refused = manage(env, "test", *arguments)
    passed = manage(env, "test", *arguments[:-1])

    assert "unrecognized arguments: --parallel-is-not-a-thing" in refused.stderr
    assert refused.returncode == 4
    assert "settings: config.settings.test (from ini)" in passed.stdout
    assert "1 passed" in passed.stdout
