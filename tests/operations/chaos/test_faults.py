"""What counts as a strike: only what has really happened to somebody."""

import signal
from random import Random
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from apps.operations.bench.chaos import faults_inside, faults_of_people, lineage
from apps.operations.bench.chaos.evidence import came_true
from apps.operations.bench.chaos.fault import NotNow, Scene
from apps.operations.bench.chaos.faults_inside import crash_at
from apps.operations.bench.chaos.faults_outside import OUTSIDE as FAULTS_OUTSIDE
from apps.operations.bench.chaos.house import GITHUB, GROQ, MAIL, OUTSIDE, open_house
from apps.operations.bench.chaos.travellers import Busy, Traveller
from apps.operations.bench.servers import ServerUnusable
from apps.pipeline.crash_points import Point, reached
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from apps.sandbox import github, groq, mail
from apps.sandbox.control import Control
from tests.factories import TeamFactory
from tests.operations.chaos.trails import strike

KNOWN = {GITHUB: github.KNOWN_FAULTS, GROQ: groq.KNOWN_FAULTS, MAIL: mail.KNOWN_FAULTS}


@pytest.fixture
def scene(tmp_path, settings):
    settings.CRASH_POINTS = str(tmp_path)
    return Scene(
        house=SimpleNamespace(crash_points=tmp_path, wake=lambda: None),
        travellers=[Traveller("ada", 1, "ghp", status=Status.BACKGROUND_INSIGHTS)],
        rng=Random(1),
    )


@pytest.fixture
def killed(monkeypatch):
    signals = []
    monkeypatch.setattr("os.kill", lambda pid, number: signals.append(number))
    return signals


def the_end_of(doing):
    """Go on until it ends, as the monkey does; what it returns."""
    while True:
        try:
            next(doing)
        except StopIteration as end:
            return end.value


def test_of_a_script_only_what_the_server_has_drawn_came_true():
    fault = next(each for each in FAULTS_OUTSIDE if each.name == "GitHub: 502")
    controls = {name: Control(known_faults=["502"]) for name in OUTSIDE}
    controls[GITHUB].change({"next": ["502", "502"]})
    controls[GITHUB].fault()

    struck = came_true(SimpleNamespace(control=controls.get), [strike(fault), strike(fault)])

    assert struck == [strike(fault)]


def test_every_scripted_fault_is_known_to_its_server():
    for fault in FAULTS_OUTSIDE:
        server, counted = fault.drawn
        assert server in OUTSIDE
        assert counted.removeprefix("fault ") in (
            *KNOWN[server],
            "refused",  # GitHub's count of what its limit did not allow
            "answered 401",
        )


def test_a_process_that_dies_is_told_with_its_moment(scene, killed, tmp_path):
    doing = crash_at(Point.CLAIMED).act(scene)
    next(doing)
    reached(Point.CLAIMED, Status.BACKGROUND_INSIGHTS)

    moment = the_end_of(doing)

    assert killed
    assert moment == (tmp_path / "claimed@background_insights.struck").stat().st_ctime


def test_a_crash_point_that_nobody_reaches_is_disarmed_and_not_told(scene, killed, monkeypatch):
    monkeypatch.setattr(faults_inside, "PATIENCE", 2)

    with pytest.raises(NotNow):
        the_end_of(crash_at(Point.CLAIMED).act(scene))

    reached(Point.CLAIMED, Status.BACKGROUND_INSIGHTS)
    assert not killed


def test_an_act_that_is_dropped_leaves_no_crash_point_armed(scene, killed):
    doing = crash_at(Point.CLAIMED).act(scene)
    next(doing)

    doing.close()

    reached(Point.CLAIMED, Status.BACKGROUND_INSIGHTS)
    assert not killed


def test_an_old_strike_is_not_told_again(scene, killed, tmp_path, monkeypatch):
    monkeypatch.setattr(faults_inside, "PATIENCE", 1)
    (tmp_path / "claimed@background_insights.struck").touch()

    with pytest.raises(NotNow):
        the_end_of(crash_at(Point.CLAIMED).act(scene))


@pytest.mark.parametrize(
    ("name", "act", "error"),
    [
        ("press", faults_of_people.start_at_once, Busy()),
        ("recover", faults_of_people.sweep_at_once, OperationalError("busy")),
    ],
)
def test_what_the_database_lets_nobody_do_has_not_happened(scene, monkeypatch, name, act, error):
    def refuse(*args, **kwargs):
        raise error

    monkeypatch.setattr(faults_of_people, name, refuse)

    with pytest.raises(NotNow):
        the_end_of(act(scene))


@pytest.mark.django_db
def test_the_process_that_has_a_ticket_is_struck_and_no_other(scene):
    struck = []
    scene.house.signal = lambda number, *pids: struck.append((number, *pids)) or True
    team = TeamFactory(
        onboarding_pipeline_status=Status.SYNCING,
        pipeline_ticket=3,
        pipeline_claimed=2,
        pipeline_worker="here 10.5 17.9",
    )
    scene.travellers[0].team_id = team.pk
    doing = faults_inside.kill_holder(scene)
    next(doing)  # its ticket is not taken yet
    assert not struck

    rows().filter(pk=team.pk).update(pipeline_claimed=3)
    the_end_of(doing)

    assert struck == [(signal.SIGKILL, 17)]


def test_a_system_that_does_not_show_its_processes_is_told_so_in_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(lineage, "PROC", tmp_path)

    with (
        pytest.raises(ServerUnusable, match="/proc"),
        open_house(None, page_seconds=0, answer_seconds=0),
    ):
        pass
