"""The monkey: its plan comes from the seed, and what it tells is what has happened."""

import time
from collections import Counter
from random import Random

import pytest

from apps.operations.bench.chaos.fault import Fault, NotNow, Scene
from apps.operations.bench.chaos.monkey import FAULTS, GROUP_LIMIT, Monkey, Planned, plan
from apps.pipeline.crash_points import Point
from apps.pipeline.recovery import DEAD, DIED, STOPPING

SCENE = Scene(house=None, travellers=[], rng=Random())


def names(seed, database="sqlite"):
    return [(each.after, each.fault.name) for each in plan(seed, database)]


def test_a_seed_plans_the_same_faults_at_the_same_moments():
    assert names(7) == names(7)
    assert names(7) != names(8)


def test_every_fault_is_planned_sooner_or_later_and_only_where_it_can_happen():
    for database in ("sqlite", "postgres"):
        planned = {name for seed in range(600) for _, name in names(seed, database)}
        assert planned == {f.name for f in FAULTS if f.only in (None, database)}


def test_no_run_has_more_of_a_group_than_a_question_survives():
    for seed in range(600):
        groups = Counter(each.fault.group for each in plan(seed, "sqlite"))
        assert all(number <= GROUP_LIMIT for group, number in groups.items() if group)


def test_every_fault_has_a_name_of_its_own():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("point", Point)
def test_a_process_dies_at_every_point(point):
    assert any(fault.name == f"a process dies at “{point}”" for fault in FAULTS)


def test_every_reason_of_recovery_that_blames_a_worker_is_led_to_by_some_fault():
    led_to = frozenset[str]().union(*(fault.explains for fault in FAULTS))
    assert led_to == {DEAD, DIED, STOPPING}


def until_done(monkey):
    while not monkey.is_done:
        monkey.tick()
        time.sleep(0.001)


def test_an_act_goes_on_after_the_seconds_that_it_asks_for_and_is_told_when_it_ends():
    moments = []

    def act(scene):
        moments.append("begins")
        yield 0.3  # a busy machine may be late by many thousandths
        moments.append("ends")

    def other(scene):
        moments.append("other")
        yield 0

    slow, quick = Fault("slow", act), Fault("quick", other)
    monkey = Monkey([Planned(0, slow), Planned(0.001, quick)], SCENE)

    until_done(monkey)

    assert moments == ["begins", "other", "ends"]
    assert [strike.fault for strike in monkey.struck] == [quick, slow]


def test_a_fault_that_finds_nobody_is_not_told():
    def act(scene):
        raise NotNow
        yield

    monkey = Monkey([Planned(0, Fault("nobody there", act))], SCENE)

    until_done(monkey)

    assert monkey.struck == []


def test_losing_interest_forgets_what_has_not_begun_and_ends_what_has():
    ended = []

    def act(scene):
        yield 0.01
        ended.append(True)

    monkey = Monkey([Planned(0, Fault("now", act)), Planned(60, Fault("later", act))], SCENE)
    monkey.tick()

    monkey.lose_interest()
    until_done(monkey)

    assert [strike.fault.name for strike in monkey.struck] == ["now"]
    assert ended == [True]


def test_the_dice_of_a_fault_do_not_depend_on_when_the_others_throw_theirs():
    thrown = []

    def throws(scene):
        thrown.append(scene.rng.random())
        yield 0.001
        thrown.append(scene.rng.random())

    def alone(scene):
        yield 0

    fault = Fault("throws", throws)
    until_done(Monkey([Planned(0, Fault("alone", alone), "7-0"), Planned(0, fault, "7-1")], SCENE))
    until_done(Monkey([Planned(0, fault, "7-1"), Planned(0, fault, "7-2")], SCENE))

    first, both = thrown[:2], thrown[2:]
    assert first == [both[0], both[2]]
    assert len(set(both)) == 4


def test_every_planned_fault_has_dice_of_its_own():
    assert len({each.dice for seed in (1, 2) for each in plan(seed, "sqlite")}) == sum(
        len(plan(seed, "sqlite")) for seed in (1, 2)
    )


def test_a_strike_tells_when_it_began():
    def act(scene):
        yield 0.01

    def struck_later(scene):
        yield 0
        return 42.0

    before = time.time()
    monkey = Monkey([Planned(0, Fault("a", act)), Planned(0, Fault("b", struck_later))], SCENE)
    until_done(monkey)

    moments = {strike.fault.name: strike for strike in monkey.struck}
    assert before <= moments["a"].began < moments["a"].ended
    assert moments["b"].began == 42.0


def test_it_is_calm_only_while_no_act_is_under_way():
    def act(scene):
        yield 0.01

    monkey = Monkey([Planned(0, Fault("a", act))], SCENE)
    monkey.tick()
    assert monkey.calm_for() == 0.0

    until_done(monkey)
    time.sleep(0.001)

    assert monkey.calm_for() > 0.0
