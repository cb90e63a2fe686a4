"""`bench llm`: its arithmetic, and the whole of it against the stand-ins."""

import json
from dataclasses import replace

import pytest
from django.db import connection

from apps.operations.bench.llm.bench import make_sure_both_are_there
from apps.operations.bench.llm.figures import (
    Comparison,
    Reading,
    Walk,
    goals,
    of_whole_minutes,
    wrong,
)
from apps.operations.bench.llm.report import share
from apps.operations.bench.llm.stand_in import Served
from apps.operations.bench.servers import ServerUnusable
from tests.journeys.stand_ins import SHARED, needs_shared
from tests.operations.machine import bare_environment, manage

DATABASE = "sqlite" if connection.vendor == "sqlite" else "postgres"
SERVED = Served(calls=150, answered=150, limited=0, tokens=100_000, peak=8)
READING = Reading(
    tier="developer", call_seconds=1.2, deadline=180, pull_requests=150, analysed=150, marked=150,
    reason="", seconds=25.0, served=SERVED, postponed=(), statements=750, of_a_group=10,
    of_the_largest=11, minutes=0, tokens_of_minutes=0,
)  # fmt: skip
LIMITED = replace(
    READING,
    pull_requests=500,
    analysed=500,
    seconds=85.0,
    served=replace(SERVED, calls=505, answered=500, limited=5, tokens=320_000),
    minutes=1,
    tokens_of_minutes=235_000,
)
WALK = Walk(pull_requests=12, seconds=40.0, pause=2.1)


def test_the_walk_is_extrapolated_from_its_part():
    assert WALK.of(150) == 500
    assert Comparison(150, WALK, READING).faster == 20


def test_the_bound_is_of_the_calls_or_of_the_minutes_that_the_tokens_need():
    assert READING.bound == 22.5
    assert LIMITED.bound == 75
    assert replace(LIMITED, served=replace(SERVED, tokens=510_000)).bound == 120


def test_whole_minutes_and_what_was_used_in_them():
    assert of_whole_minutes([]) == (0, 0)
    assert of_whole_minutes([(10.0, 500), (59.9, 900)]) == (0, 0)
    assert of_whole_minutes([(10.0, 500), (59.9, 900), (60.1, 950), (130.0, 1700)]) == (2, 950)


@pytest.mark.parametrize(
    ("measured", "met"),
    [
        (Comparison(150, WALK, READING), [True, True]),
        (Comparison(150, WALK, replace(READING, seconds=30.0)), [False, True]),
        (Comparison(500, WALK, LIMITED), [True, True]),
        (Comparison(500, WALK, replace(LIMITED, tokens_of_minutes=200_000)), [False, True]),
        (
            Comparison(150, WALK, replace(READING, served=replace(SERVED, limited=5))),
            [True, False],
        ),
    ],
)
def test_goals(measured, met):
    assert [goal.met for goal in goals(measured)] == met


def test_a_run_that_took_no_minute_says_nothing_of_the_limit():
    assert READING.share is None
    assert "no whole minute" in share(READING)
    assert "94.0%" in share(LIMITED)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"marked": 149}, "marks"),
        ({"tier": "free", "analysed": 5, "reason": ""}, "why"),
        ({"analysed": 149, "reason": "limit"}, "149 of 150"),
        ({"seconds": 190.0}, "deadline"),
    ],
)
def test_what_no_key_may_change_is_told(changes, word):
    [sentence] = wrong(replace(READING, **changes))
    assert word in sentence
    assert not list(wrong(READING))
    assert not list(wrong(replace(READING, tier="free", analysed=5, reason="limit")))


def test_a_folder_without_the_stand_in_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(ServerUnusable, match="stand-in"):
        make_sure_both_are_there(tmp_path)


@needs_shared
@pytest.mark.shared
@pytest.mark.workers
@pytest.mark.own_servers
def test_both_tiers_are_measured(tmp_path):
    ended = manage(
        bare_environment(tmp_path / "state"),
        *("bench", "llm", "--database", DATABASE, "--json", "--seed", "1", "--sizes", "60"),
        *("--walked", "1", "--call-seconds", "0.2", "--deadline", "5"),
        *("--stand-in", str(SHARED)),
    )

    assert ended.returncode == 0, ended.stderr
    developer, free = json.loads(ended.stdout)["figures"]
    ours = developer["ours"]
    assert 40 < ours["pull_requests"] == ours["analysed"] < 80
    assert ours["served"]["peak"] == 8
    assert developer["faster"] > 1
    assert 0 < free["analysed"] < free["pull_requests"] == free["marked"]
    assert "limit per minute" in free["reason"]
    assert "extrapolated" in ended.stderr
