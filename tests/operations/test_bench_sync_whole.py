"""`bench sync` against the stand-in: small histories, short pages, real requests."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import httpx
import pytest
from django.db import connection

from apps.github.api.client import open_client
from apps.github.api.queries import KEY_PAGE, PULL_REQUEST_DETAILS, PULL_REQUEST_KEYS
from apps.github.choosing.selection import select_repositories
from apps.github.connecting.connections import connect
from apps.operations.bench.sync.bound import nodes_of
from apps.operations.bench.sync.comparing import differences
from apps.operations.bench.sync.walk import PAGE, walk, with_everything
from tests.factories import TeamFactory
from tests.journeys.stand_ins import SHARED, needs_shared, stand_ins
from tests.operations.machine import bare_environment, manage

pytestmark = [pytest.mark.shared, needs_shared]

DATABASE = "sqlite" if connection.vendor == "sqlite" else "postgres"
SMALLEST = "apache/incubator-devlake"


@pytest.mark.django_db
def test_the_walk_stores_what_github_has(settings, tmp_path):
    team = TeamFactory()
    since = datetime.now(UTC) - timedelta(days=120)
    with stand_ins(tmp_path, SMALLEST) as outside:
        settings.GITHUB_GRAPHQL_URL = f"{outside.github}/graphql"
        connect(team, token="ghp_secret", account_login="apache")
        rows = select_repositories(team, [SMALLEST])
        with open_client("ghp_secret") as client:
            walk(client, team, rows, since)
        truth = outside.truth()
        served = httpx.get(f"{outside.github}/__stats").json()

    expected = [one for one in truth[SMALLEST] if one["updatedAt"] >= since.isoformat()]
    assert len(expected) > 2 * PAGE
    assert list(differences(team, truth, since)) == []
    assert served["peak_inflight"] == 1
    assert served["log"] == []  # nothing that GitHub's schema refuses


def test_the_stand_in_counts_nodes_as_the_bound_does(tmp_path):
    questions = [(PULL_REQUEST_DETAILS, 25), (PULL_REQUEST_KEYS, KEY_PAGE), (with_everything(), 25)]
    variables = {
        "ids": ["x"] * 25,
        "commits": True,
        "files": True,
        "repository": "x",
        "counting": "is:pr",
        "isCounted": True,
    }
    with stand_ins(tmp_path, SMALLEST) as outside:
        counted = [
            ask(outside.github, document, {**variables, "first": size})["rateLimit"]["nodeCount"]
            for document, size in questions
        ]

    assert counted == [nodes_of(document, size=size) for document, size in questions]


def ask(github: str, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    query = document.replace("{", "{ rateLimit { nodeCount }", 1)
    content = {"query": query, "variables": variables}
    headers = {"Authorization": "Bearer ghp_secret"}
    answer: dict[str, Any] = httpx.post(f"{github}/graphql", json=content, headers=headers).json()
    return answer["data"]


def ended_bench(tmp_path: Path, *arguments: str) -> "CompletedProcess[str]":
    return manage(
        bare_environment(tmp_path / "state"),
        *("bench", "sync", "--database", DATABASE, "--json", "--page-seconds", "0.05"),
        *("--seed", "1", *arguments),
    )


def bench(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    ended = ended_bench(tmp_path, "--stand-in", str(SHARED), *arguments)
    assert ended.returncode == 0, ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    [figures] = said["figures"]
    return figures


@pytest.mark.workers
@pytest.mark.own_servers
def test_the_sync_is_measured_beside_the_walk(tmp_path):
    figures = bench(tmp_path, "--sizes", "60")

    assert 40 < sum(figures["counts"].values()) < 80
    assert figures["walk"]["peak"] == 1 < figures["ours"]["peak"] == figures["bound"]["at_once"]
    for way in ("walk", "ours"):
        assert 0 < figures[way]["requests"] <= figures[way]["points"]
        assert 0 < figures[way]["of_the_largest"] < figures[way]["statements"]
    assert figures["faster"] == figures["walk"]["seconds"] / figures["ours"]["seconds"]
    assert len(figures["goals"]) == 2


@pytest.mark.workers
@pytest.mark.own_servers
def test_a_giant_is_read_by_a_process_that_says_how_it_has_grown(tmp_path):
    figures = bench(tmp_path, "--giant", "--sizes", "60")

    assert list(figures["counts"]) == ["astral-sh/ruff"]
    assert 0 < figures["before"] <= figures["highest"]
    assert figures["growth"] == figures["highest"] - figures["before"]
    assert figures["per_second"] > 0


@pytest.mark.workers
@pytest.mark.own_servers
def test_whatever_fails_at_github_everything_is_stored_in_the_end(tmp_path):
    figures = bench(tmp_path, "--faults", "--sizes", "99", "--seeds", "1")

    assert figures["wrong"] == []
    assert sum(figures["served"]["faults"].values()) > 0


@pytest.mark.workers
@pytest.mark.own_servers
@pytest.mark.parametrize("mode", [(), ("--faults", "--seeds", "2")])
def test_what_differs_from_github_ends_it_with_1_and_is_named(tmp_path, mode):
    liar = lying_stand_in(tmp_path / "shared")

    ended = ended_bench(tmp_path, "--stand-in", str(liar), "--sizes", "60", *mode)

    assert ended.returncode == 1
    assert "WRONG" in ended.stderr
    assert "at GitHub it is 'Not this one'." in ended.stderr
    assert len(json.loads(ended.stdout)["figures"]) <= 1  # it goes no further


def lying_stand_in(folder: Path) -> Path:
    """A stand-in whose truth has another title for each pull request than its answers have."""
    source = (SHARED / "standin" / "github.py").read_text()
    lying = source.replace(
        '"number": p["number"], "title": p["title"]',
        '"number": p["number"], "title": "Not this one"',
    )
    assert lying != source
    (folder / "standin").mkdir(parents=True)
    (folder / "standin" / "github.py").write_text(lying)
    for name in ("history", "github"):
        (folder / name).symlink_to(SHARED / name)
    return folder
