"""What is told of a broken run."""

from apps.operations.bench.chaos.fault import Fault
from apps.operations.bench.chaos.faults_of_the_machine import STOOD_STILL
from apps.operations.bench.chaos.story import story
from apps.operations.bench.chaos.travellers import Traveller
from apps.pipeline.recovery import DEAD
from tests.operations.chaos.trails import evidence, resumed, strike, trail, whole_log

BOB = Traveller("bob", 2, "ghp_sandbox_bob")


def test_it_tells_the_faults_and_then_each_ticket_with_its_time():
    kill = Fault("a worker is killed", lambda scene: None)
    log = resumed(whole_log(), 4, DEAD)
    found = evidence(trail(log), struck=[strike(STOOD_STILL, 7.5), strike(kill, 2.25)])

    lines = story(found, ["no healthy step is recovered: ada: 1/5"])

    assert lines[:2] == [
        "00:00:02.250 – 00:00:03.250 a worker is killed",
        "00:00:07.500 – 00:00:08.500 the machine stood still",
    ]
    assert len(lines) == 2 + len(log)
    assert f"ada 5: {log[3].target} → {log[3].target}, send_again by worker: {DEAD}" in lines[6]


def test_of_several_teams_it_tells_those_that_are_named():
    found = evidence(trail(), trail(traveller=BOB))

    assert all(" bob " in line for line in story(found, ["tickets are dense: bob: [1, 3]"]))
    assert any(" ada " in line for line in story(found, ["41 answers were paid"]))
