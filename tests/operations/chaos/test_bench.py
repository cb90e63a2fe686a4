"""`bench chaos` ends at the first broken invariant, and says how to see it again."""

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError

from apps.operations.bench.chaos import bench, summary
from apps.operations.bench.chaos.evidence import Rest
from apps.operations.bench.chaos.fault import Fault
from apps.operations.bench.chaos.faults_of_the_machine import STOOD_STILL
from apps.operations.bench.chaos.run import Broken
from apps.operations.bench.place import Place
from apps.pipeline.recovery import DIED
from tests.operations.chaos.trails import evidence, resumed, strike, trail, whole_log

PLACE = Place(Path("/nowhere"), "sqlite", False, 40, None, None, None)
OPTIONS = {"runs": 3, "minutes": None, "json": False}


def nothing(scene):
    yield 0


@pytest.fixture
def runs(monkeypatch):
    """The evidence, or the error, of each run to come; the first is the undisturbed one."""
    to_come = []

    def go(house, name, planned, rng, claims, *, teams, rest):
        found = to_come.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    @contextmanager
    def open_house(place, **latencies):
        yield type("House", (), {"place": place})

    monkeypatch.setattr(bench, "go", go)
    monkeypatch.setattr(bench, "open_house", open_house)
    monkeypatch.setattr(bench, "ClaimLog", lambda names: None)
    monkeypatch.setattr(bench, "left_behind", lambda house: [])
    return to_come


def test_whole_runs_end_with_0(runs, capsys):
    runs += [evidence()] * 4

    assert bench.run(PLACE, OPTIONS) == 0
    assert "3, 40" in capsys.readouterr().out  # runs, and the first seed


def test_the_first_broken_run_ends_it_with_1_and_the_command_that_replays_it(runs, capsys):
    broken = evidence(trail(whole_log()[:-1]))
    runs += [evidence(), evidence(), broken, evidence(), evidence()]

    assert bench.run(PLACE, OPTIONS) == 1

    told = capsys.readouterr().out
    assert "BROKEN every team arrives: ada ended at background_insights" in told
    assert "bench chaos --database sqlite --seed 41 --runs 1 --keep" in told
    assert "00:00:01.000 ada 1: not_started → " in told
    assert len(runs) == 1  # the third run was not begun


def test_a_run_that_does_not_end_is_broken(runs, capsys):
    broken = Broken("ada is at syncing")
    broken.add_note("00:00:01 ada 1: not_started → syncing_members")
    runs += [evidence(), broken]

    assert bench.run(PLACE, OPTIONS) == 1
    assert "ada is at syncing\n  00:00:01 ada 1: not_started →" in capsys.readouterr().out


def test_other_rows_are_compared_with_a_new_undisturbed_run_before_they_accuse(runs):
    moved = evidence(trail(rows={"pull requests": [("harbor", "2")]}))
    runs += [evidence(), moved, moved, *[moved] * 2]

    assert bench.run(PLACE, OPTIONS) == 0


def test_an_undisturbed_run_that_breaks_something_begins_nothing_and_says_so(runs, capsys):
    runs += [evidence(trail(whole_log()[:-1])), evidence()]

    assert bench.run(PLACE, OPTIONS) == 1

    told = capsys.readouterr().out
    assert "BROKEN without any fault: an undisturbed run breaks every team arrives" in told
    assert "--seed 40 --runs 1" in told
    assert len(runs) == 1


def test_a_leak_is_compared_with_the_first_undisturbed_run_not_with_a_later_one(runs, capsys):
    first, leaking = evidence(rest=Rest(12, 6, 20)), evidence(rest=Rest(12, 11, 20))
    runs += [first, leaking, leaking]

    assert bench.run(PLACE, OPTIONS) == 1
    assert "nobody is left behind: 11 sessions" in capsys.readouterr().out


def test_pool_processes_that_had_no_work_at_first_may_connect_later(runs):
    first, busier = evidence(rest=Rest(12, 3, 20)), evidence(rest=Rest(12, 7, 28))
    runs += [first, *[busier] * 3]

    assert bench.run(PLACE, OPTIONS) == 0


@pytest.mark.parametrize("error", [OperationalError("gone"), RuntimeError("can't start thread")])
def test_an_error_of_a_run_is_told_with_its_seed_and_the_summary(runs, capsys, error):
    runs += [evidence(), evidence(), error]

    assert bench.run(PLACE, OPTIONS) == 1

    told = capsys.readouterr().out
    assert f"BROKEN {type(error).__name__}: {error}" in told
    assert "--seed 41 --runs 1" in told
    assert "runs with a broken invariant" in told


def test_what_outlives_the_workers_breaks_the_whole_bench(runs, monkeypatch, capsys):
    monkeypatch.setattr(bench, "left_behind", lambda house: ["processes [7] outlived them"])
    runs += [evidence()] * 4

    assert bench.run(PLACE, OPTIONS) == 1
    told = capsys.readouterr().out
    assert "processes [7] outlived them" in told
    assert "--seed 40 --runs 3" in told  # no single run is known to have left them


def test_the_summary_counts_what_has_struck_and_what_came_of_it(capsys):
    found = summary.Summary(database="sqlite", first_seed=1)
    kill = Fault("a worker is killed", nothing)
    told = evidence(trail(resumed(whole_log(), 4, DIED)), struck=[strike(kill), strike(kill)])

    found.add(1, told, seconds=2.0, is_broken=False)
    found.print(None, as_json=True)

    figures = json.loads(capsys.readouterr().out)
    assert figures["faults"]["a worker is killed"] == 2
    assert figures["recoveries"] == {DIED: 1}
    assert figures["longest_stillness"] == 0
    assert (figures["runs"], figures["broken"], figures["tickets"]) == (1, [], 12)


def test_the_summary_tells_how_long_the_machine_stood_still(capsys):
    found = summary.Summary(database="sqlite", first_seed=1)

    found.add(1, evidence(struck=[strike(STOOD_STILL)]), seconds=2.0, is_broken=False)
    found.print(None, as_json=True)

    figures = json.loads(capsys.readouterr().out)
    assert figures["faults"][STOOD_STILL.name] == 1
    assert figures["longest_stillness"] == 1.0
