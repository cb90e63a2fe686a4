"""`bench recovery`: real deaths of real workers, and how soon somebody goes on."""

import json

import pytest
from django.db import connection

from apps.operations.bench.recovery.bench import in_turn, p95
from apps.operations.bench.recovery.deaths import WAYS
from tests.operations.machine import bare_environment, manage

DATABASE = "sqlite" if connection.vendor == "sqlite" else "postgres"


def test_the_ways_to_die_take_turns_until_there_have_been_so_many_deaths():
    assert [way.name for way in in_turn(2)] == [WAYS[0].name, WAYS[1].name]
    assert sum(way.at_once for way in in_turn(56)) >= 56
    assert {way.name for way in in_turn(56)} == {way.name for way in WAYS}


def test_the_percentile_of_few_values_is_the_largest():
    assert p95([3.0, 1.0, 2.0]) == 3.0
    assert p95([float(n) for n in range(1, 101)]) == pytest.approx(95.95)


@pytest.mark.workers
def test_three_deaths_are_measured_and_a_healthy_run_is_never_recovered(tmp_path):
    arguments = ("--database", DATABASE, "--kills", "3", "--seed", "1", "--json")

    ended = manage(bare_environment(tmp_path / "state"), "bench", "recovery", *arguments)

    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert said["recovered_without_cause"] == 0
    assert [death["way"] for death in said["deaths"]] == [way.name for way in WAYS[:3]]
    assert all(death["seconds"] > 0 for death in said["deaths"])
    assert said["usual"]["answers"] > 0
