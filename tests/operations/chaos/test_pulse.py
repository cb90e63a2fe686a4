"""The machine's own stillness is told from a worker's."""

import inspect
import signal
import subprocess
import time
from random import Random
from types import SimpleNamespace

import pytest

from apps.core.parallel import in_parallel, in_parallel_groups
from apps.operations.bench.chaos import heart, pulse
from apps.operations.bench.chaos.fault import NotNow, Scene
from apps.operations.bench.chaos.faults_of_the_machine import FALTERED, OF_THE_MACHINE, STOOD_STILL
from apps.operations.bench.chaos.house import IMPATIENT
from apps.operations.bench.chaos.monkey import FAULTS, Monkey
from apps.operations.bench.chaos.pulse import Pulse, Stillness
from apps.operations.bench.chaos.run import note_stillness
from tests.operations.conftest import eventually


@pytest.fixture
def beating(tmp_path):
    """A pulse, and the process that beats."""
    beats = Pulse(tmp_path / "pulse")
    with subprocess.Popen(beats.process().argv) as process:
        try:
            yield beats, process
        finally:
            process.kill()


@pytest.fixture
def gaps(tmp_path):
    """A pulse without a heart, and what adds a gap to it."""

    def add(began, seconds):
        with (tmp_path / heart.GAPS).open("a") as file:
            file.write(f"{began:.6f} {began + seconds:.6f}\n")

    return Pulse(tmp_path), add


def test_a_heart_that_is_stopped_tells_from_when_to_when(beating):
    beats, process = beating
    assert eventually(lambda: not beats.is_missed())
    beats.fresh()

    process.send_signal(signal.SIGSTOP)
    stopped_at = time.time()
    time.sleep(pulse.LONG + heart.INTERVAL)
    assert beats.is_missed()
    went_on_at = time.time()
    process.send_signal(signal.SIGCONT)

    assert eventually(lambda: not beats.is_missed())
    stillness = max(beats.fresh(), key=lambda each: each.ended - each.began)
    assert stillness.is_whole
    assert stillness.began <= stopped_at
    assert stillness.ended >= went_on_at
    assert stillness not in beats.fresh()


def test_who_has_not_begun_to_beat_is_missed(tmp_path):
    assert Pulse(tmp_path / "pulse").is_missed()
    assert Pulse(tmp_path / "pulse").fresh() == []


def test_one_long_gap_counts_and_a_short_one_does_not(gaps):
    beats, add = gaps
    add(100.0, 0.9)
    add(200.0, 3.0)

    assert beats.fresh() == [Stillness(200.0, 203.0, is_whole=True)]


def test_many_short_gaps_count_where_they_come_one_after_the_other(gaps):
    beats, add = gaps
    for began in (100.0, 200.0, 300.0, 301.0, 302.0):
        add(began, 0.7)

    assert beats.fresh() == [Stillness(300.0, 302.7, is_whole=False)]

    add(303.0, 0.7)  # what is told already is not told again
    assert beats.fresh() == []


def test_half_a_line_is_read_when_it_is_whole(gaps):
    beats, _ = gaps
    file = beats.folder / heart.GAPS
    file.write_text("100.0 10")
    assert beats.fresh() == []

    file.write_text("100.0 103.0\n")
    assert beats.fresh() == [Stillness(100.0, 103.0, is_whole=True)]


def test_stillness_strikes_a_run_and_nothing_is_calm_before_its_end(gaps):
    beats, add = gaps
    scene = Scene(house=SimpleNamespace(pulse=beats), travellers=[], rng=Random(1))
    monkey = Monkey([], scene)
    monkey._calm_since -= 60.0
    add(100.0, 3.0)
    for began in (200.0, 201.0, 202.0):
        add(began, 0.7)

    note_stillness(scene.house, monkey)

    assert [(each.fault, each.began, each.ended) for each in monkey.struck] == [
        (STOOD_STILL, 100.0, 103.0),
        (FALTERED, 200.0, 202.7),
    ]
    assert monkey.calm_for() < 60.0


def test_no_monkey_plans_it():
    assert not set(OF_THE_MACHINE) & set(FAULTS)
    with pytest.raises(NotNow):
        STOOD_STILL.act(None)


@pytest.mark.parametrize("call", [in_parallel, in_parallel_groups])
def test_whoever_waits_in_the_impatient_house_is_not_yet_silent(call):
    healthy = inspect.signature(call).parameters["idle_seconds"].default
    lock = float(IMPATIENT["SQLITE_TIMEOUT"])

    assert float(IMPATIENT["PIPELINE_SILENCE"]) > healthy + lock
    assert float(IMPATIENT["PIPELINE_HUNG"]) > float(IMPATIENT["PIPELINE_SILENCE"])
