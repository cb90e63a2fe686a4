"""`bench recovery`: real deaths of real workers, and how soon somebody goes on."""

import json

import pytest
from django.db import connection

from apps.operations.bench.recovery.bench import p95, rows
from apps.operations.bench.recovery.deaths import WAYS, Death, Way
from tests.operations.machine import bare_environment, manage

DATABASE = "sqlite" if connection.vendor == "sqlite" else "postgres"


def died(way: Way, seconds: float) -> Death:
    return Death(way.name, "syncing", seconds, asked_again=2, paid_again=0)


def test_a_row_tells_of_each_way_that_somebody_has_died_and_one_of_all():
    told = rows([died(WAYS[0], 1.0), died(WAYS[0], 2.0), died(WAYS[3], 60.0)])

    assert [row[:4] for row in told] == [
        (WAYS[0].name, "2", "1.5", "max 2.0"),
        (WAYS[3].name, "1", "60.0", "max 60.0"),
        ("all of them", "3", "2.0", "max 60.0"),
    ]


def test_only_of_enough_deaths_a_percentile_is_told():
    assert p95([float(n) for n in range(1, 20)]) == "max 19.0"
    assert p95([float(n) for n in range(1, 101)]) == "96.0"


@pytest.mark.workers
@pytest.mark.own_servers
def test_three_deaths_are_measured_and_a_healthy_run_is_never_recovered(tmp_path):
    arguments = ("--database", DATABASE, "--kills", "3", "--seed", "1", "--json")

    ended = manage(bare_environment(tmp_path / "state"), "bench", "recovery", *arguments)

    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert said["recovered_without_cause"] == 0
    assert [death["way"] for death in said["deaths"]] == [way.name for way in WAYS[:3]]
    assert all(death["seconds"] > 0 for death in said["deaths"])
    assert said["usual"]["answers"] > 0
