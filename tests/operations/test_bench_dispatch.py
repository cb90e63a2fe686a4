"""`bench dispatch`: moments become figures, and a whole run of it, by real workers."""

import json
from multiprocessing import get_context

import pytest
from django.db import connection

from apps.operations.bench.dispatch_figures import (
    Comparison,
    Figures,
    Spread,
    compared,
    figures,
    round_of,
    seconds_of_step,
    spread,
)
from apps.operations.bench.dispatch_report import goals
from apps.operations.bench.noop_steps import noop
from apps.operations.bench.stamps import Reader, Stamp, write
from tests.operations.machine import bare_environment, manage

MS = 1_000_000  # nanoseconds


def step(place: int, *milliseconds: int, flow: int = 7) -> Stamp:
    return Stamp("pipeline", flow, place, tuple(each * MS for each in milliseconds))


def link(place: int, *milliseconds: int, flow: int = 7) -> Stamp:
    return Stamp("chain", flow, place, tuple(each * MS for each in milliseconds))


def test_a_hop_of_the_pipeline_runs_from_the_commit_to_the_next_first_line():
    measured = round_of([step(0, 10, 12, 15, 16, 17), step(1, 19, 20, 30)], {7: 9 * MS})

    assert measured.hops == (4.0,)
    assert measured.wholes == (21.0,)


def test_a_hop_of_a_chain_runs_from_a_last_line_to_the_next_first():
    measured = round_of([link(1, 14, 15), link(0, 10, 11)], {7: 9 * MS})  # in any order

    assert measured.hops == (3.0,)
    assert measured.wholes == (6.0,)
    assert measured.parts == {}


def test_flows_are_told_apart():
    stamps = [link(0, 1, 2), link(0, 1, 2, flow=8), link(1, 5, 6, flow=8), link(1, 3, 4)]

    assert sorted(round_of(stamps, {7: 0, 8: 0}).hops) == [1.0, 3.0]


def test_the_parts_of_a_step_add_up_to_the_way_to_the_next():
    parts = round_of([step(0, 10, 12, 15, 16, 17), step(1, 19, 20, 30)], {7: 0}).parts

    assert parts == {
        "claim": (2.0,),
        "advance": (3.0,),
        "publish": (1.0,),
        "after": (1.0,),
        "broker": (3.0,),
    }
    in_a_row = sum(parts[part][0] for part in ("claim", "advance", "publish", "broker"))
    assert in_a_row == 19 - 10


def test_the_even_chain_takes_as_long_as_a_claim_and_an_advance():
    assert (
        seconds_of_step(round_of([step(0, 10, 12, 15, 16, 17), step(1, 19, 20)], {7: 0})) == 0.005
    )


def test_a_spread_has_the_middle_and_nearly_the_worst():
    assert spread([float(n) for n in range(101)]) == Spread(101, 50.0, 95.0)
    assert spread([3.0]) == Spread(1, 3.0, 3.0)


def test_a_comparison_says_how_far_its_rounds_differ():
    comparison = compared([[1.0, 2.0, 3.0], [2.0]], [[2.0], [8.0]])

    assert (comparison.lowest, comparison.highest) == (1.0, 4.0)
    assert comparison.ratio == 5.0 / 2.0


def test_a_goal_is_met_at_its_limit_and_missed_above_it():
    def at(ratio: float) -> Comparison:
        return Comparison(Spread(1, 1, 1), Spread(1, ratio, ratio), ratio, ratio, ratio)

    measured = Figures(1, hop=at(1.2), even_hop=at(1.0), whole=at(2.51), parts={})

    assert [(goal.what, goal.met) for goal in goals(measured)] == [("hop", True), ("whole", False)]


def test_figures_put_rounds_of_a_kind_together():
    plain = round_of([link(0, 0, 1), link(1, 3, 4)], {7: 0})
    ours = round_of([step(0, 0, 1, 2, 3, 4), step(1, 5, 6)], {7: 0})

    measured = figures(1, chains=[plain, plain], even_chains=[plain, plain], pipelines=[ours, ours])

    assert (measured.hop.chain.n, measured.hop.pipeline.n) == (2, 2)
    assert measured.hop.ratio == 3.0 / 2.0
    assert measured.parts["claim"] == 1.0


def test_the_reader_returns_each_stamp_of_each_process_once(tmp_path):
    reader = Reader(tmp_path)
    write(tmp_path, Stamp("pipeline", 3, 0, (1, 2, 3)))
    first = list(reader.fresh())
    write(tmp_path, Stamp("pipeline", 3, 1, (4, 5)))
    fork = get_context("fork")
    child = fork.Process(target=write, args=(tmp_path, Stamp("chain", 1, 0, (6, 7))))
    child.start()
    child.join()

    second = list(reader.fresh())

    assert first == [Stamp("pipeline", 3, 0, (1, 2, 3))]
    assert set(second) == {Stamp("pipeline", 3, 1, (4, 5)), Stamp("chain", 1, 0, (6, 7))}
    assert list(reader.fresh()) == []


def test_a_line_that_is_half_there_is_read_when_it_is_whole(tmp_path):
    reader = Reader(tmp_path)
    (tmp_path / "7").write_text("chain 1 0 5 6\npipeline 2")
    first = list(reader.fresh())

    with (tmp_path / "7").open("a") as more:
        more.write(" 0 7 8\n")

    assert first == [Stamp("chain", 1, 0, (5, 6))]
    assert list(reader.fresh()) == [Stamp("pipeline", 2, 0, (7, 8))]


def test_a_step_without_work_bears_the_name_of_the_real_one():
    work = noop("apps.github.tasks.sync_recent", [])

    assert (work.__module__, work.__name__) == ("apps.github.tasks", "sync_recent")


@pytest.mark.workers
@pytest.mark.own_servers
@pytest.mark.timeout(120)
def test_a_whole_bench_measures_every_hop(tmp_path):
    database = "sqlite" if connection.vendor == "sqlite" else "postgres"
    arguments = ("--teams", "3", "--repeat", "1", "--json", "--database", database)

    ended = manage(bare_environment(tmp_path / "state"), "bench", "dispatch", *arguments)

    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert (said["database"], said["rounds"]) == (database, 1)
    (measured,) = said["figures_ms"]
    assert measured["hop"]["pipeline"]["n"] == measured["hop"]["chain"]["n"] == 3 * 9
    assert measured["whole"]["pipeline"]["n"] == 3
    assert all(value > 0 for value in measured["parts"].values())
    assert [goal["what"] for goal in said["goals"]] == ["hop", "whole"]
