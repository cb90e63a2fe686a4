"""From a terminal to exported rows, over real histories: none missing, none extra, all equal."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.journeys.stand_ins import StandIns, needs_shared, stand_ins

pytestmark = [pytest.mark.workers, pytest.mark.shared, pytest.mark.timeout(400), needs_shared]

#: What GitHub does on a bad day, as shares of its answers.
FAULTS = {"502": 0.03, "partial": 0.03, "secondary": 0.005, "reset": 0.01, "empty200": 0.01}
REPOSITORIES = ("netbox-community/netbox", "pydantic/pydantic-ai", "langchain-ai/langgraph")


def manage(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def environment(state: Path, outside: StandIns) -> dict[str, str]:
    """A machine without configuration but for where the outside is."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | outside.environment() | {"STATE_DIR": str(state), "GITHUB_TOKEN": "ghp_standin"}


def test_every_exported_pull_request_of_ninety_days_equals_the_truth(tmp_path):
    with stand_ins(tmp_path, *REPOSITORIES) as outside:
        exports_the_truth(tmp_path, outside, *REPOSITORIES)


def test_on_a_bad_day_of_github_as_well(tmp_path):
    with stand_ins(tmp_path, REPOSITORIES[0], page_seconds=0.02, faults=FAULTS) as outside:
        # Small pages, so that there are enough answers for all of it to happen.
        exports_the_truth(tmp_path, outside, REPOSITORIES[0], GITHUB_PAGE_SIZE="3")


def exports_the_truth(
    tmp_path: Path, outside: StandIns, *repositories: str, **variables: str
) -> None:
    """Onboard the repositories by the real command, and compare every line of the export."""
    env = environment(tmp_path / "s", outside) | variables
    started = datetime.now(UTC)
    ran = manage(env, "onboard", *repositories, "--json")
    assert ran.returncode == 0, ran.stderr[-3000:]
    result = json.loads(ran.stdout.splitlines()[-1])
    exported = manage(env, "export", result["team"], "pull-requests", "--format", "jsonl")
    truth = outside.truth()

    assert result["status"] == "complete"
    assert {row["status"] for row in result["repositories"]} == {"completed"}
    rows = [json.loads(line) for line in exported.stdout.splitlines()]
    found = {(row["repository"], row["number"]): comparable(row) for row in rows}
    expected = expected_rows(truth, since=started - timedelta(days=90))
    assert len(found) == len(rows)
    assert found == expected
    assert result["analysed"] + result["undecided"] == len(expected)


#: The exported name of a value → the stand-in's.
NAMES = {
    **{name: name for name in ("title", "state", "author", "additions", "deletions", "files")},
    **{name: name for name in ("reviews", "commits")},
    "created_at": "createdAt",
    "updated_at": "updatedAt",
    "merged_at": "mergedAt",
    "changed_files": "changedFiles",
}


def expected_rows(
    truth: dict[str, list[dict[str, Any]]], *, since: datetime
) -> dict[tuple[str, int], dict[str, Any]]:
    return {
        (repository, row["number"]): {name: row[theirs] for name, theirs in NAMES.items()}
        for repository, rows in truth.items()
        for row in rows
        if datetime.fromisoformat(row["updatedAt"]) >= since
    }


def comparable(row: dict[str, Any]) -> dict[str, Any]:
    """Of an exported line, what the stand-in's truth knows."""
    return {name: row[name] for name in NAMES}
