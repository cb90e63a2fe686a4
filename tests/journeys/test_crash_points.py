"""
Death at every named point of the pipeline, in every status: nothing is lost or done twice.

Each run meets one kind of point once in every status that has it. The start is a person's, by the
real page, so that the web dies at its points too.
"""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import httpx
import pytest
from django.db import connection

from apps.pipeline.crash_points import Point, arm
from apps.pipeline.machine import ACTIVE, Status
from apps.pipeline.models import PipelineTransition
from apps.pipeline.recovery import DEAD
from apps.teams.models import Team
from tests.journeys.house import House, house
from tests.journeys.rows import rows_of
from tests.journeys.runs import (
    assert_whole,
    connected_team,
    names,
    run_to_the_end,
    started_team,
    status_of,
)
from tests.journeys.visitor import Visitor, visitor

pytestmark = [
    pytest.mark.workers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

#: Every status that a run enters or works in.
EVERYWHERE = (*ACTIVE, Status.COMPLETE)
#: Where a point does not exist: nothing runs, and nothing is sent, once a team is complete.
NOWHERE = dict.fromkeys(Point, ()) | {
    Point.CLAIMED: (Status.COMPLETE,),
    Point.IN_BATCH: (Status.COMPLETE,),
    Point.BATCH_STORED: (Status.COMPLETE,),
    Point.PUBLISHED: (Status.COMPLETE,),
    Point.RECOVERING: (Status.COMPLETE,),
}
#: Where a process may fall asleep. With a lock on the row only where the database ends that by
#: itself: on SQLite everybody waits until it wakes.
ASLEEP = {
    "sqlite": (Point.CLAIMED, Point.BATCH_STORED),
    "postgresql": (Point.CLAIMED, Point.IN_BATCH, Point.BATCH_STORED),
}
#: Seconds: a run takes its time as often as there are statuses.
QUICK = {
    "PIPELINE_SWEEP": "0.5",
    "PIPELINE_LOST_DISPATCH": "0.5",
    "PIPELINE_SILENCE": "3",
    "PIPELINE_HUNG": "3",
    "DATABASE_IDLE_IN_TRANSACTION": "1",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[House]:
    """Two workers and the web, all of which can be struck."""
    state = tmp_path_factory.mktemp("h")
    with house(
        state,
        page_seconds=0.05,
        answer_seconds=0.05,
        CRASH_POINTS=str(state / "points"),
        **QUICK,
    ) as running:
        running.start_worker(beat=False)
        running.start_worker(beat=False)
        yield running


@pytest.fixture(scope="module")
def web(home: House) -> str:
    return home.start_web()


@pytest.fixture
def points(home: House) -> Iterator[Path]:
    folder = Path(home.env["CRASH_POINTS"])
    yield folder
    for armed in folder.glob("*"):
        armed.unlink()


def press_start(home: House, person: Visitor) -> None:
    """Press, and press again where the web died before it could answer and nothing was stored."""
    while status_of(person.team) == Status.NOT_STARTED:
        try:
            answer = person.start(names(home))
        except httpx.TransportError:
            home.tend()
        else:
            assert answer.status_code == httpx.codes.FOUND


@pytest.mark.parametrize("point", Point)
def test_a_process_may_die_at_this_point_of_every_status(point, outside, web, expected, points):
    home, team = outside, connected_team(outside)
    statuses = [status for status in EVERYWHERE if status not in NOWHERE[point]]
    strikes = [arm(points, point, status) for status in statuses]
    absent = [arm(points, point, status) for status in NOWHERE[point]]
    if point is Point.RECOVERING:  # there must be something to recover in each
        strikes += [arm(points, Point.CLAIMED, status) for status in statuses]

    with visitor(web, team) as person:
        press_start(home, person)
    run_to_the_end(home, team)

    assert [path.name for path in strikes if not path.exists()] == []
    assert [path.name for path in absent if path.exists()] == []
    assert_whole(home, team)
    assert rows_of(team) == expected


def test_a_worker_that_sleeps_through_its_recovery_changes_nothing_when_it_wakes(
    outside, expected, points
):
    home = outside
    asleep = dict(zip(ACTIVE, cycle(ASLEEP[connection.vendor]), strict=False))
    strikes = [arm(points, point, at, name="SIGSTOP") for at, point in asleep.items()]

    team = started_team(home)
    for told in strikes:
        home.until(told.exists, what=told.name)
        ticket = Team.objects.get(pk=team.pk).pipeline_ticket
        home.until(home.sleeping_worker, what="a process that sleeps")
        sleeper = home.sleeping_worker()
        home.hold_worker(sleeper)  # its main process would end a process that hangs
        home.until(
            lambda ticket=ticket: Team.objects.get(pk=team.pk).pipeline_claimed > ticket,
            what="the other worker at the step",
        )
        home.let_go(sleeper)
    run_to_the_end(home, team)

    home.until(
        lambda: home.worker_logs().count(f"of team {team.pk} was overtaken") >= len(strikes),
        what="the sleepers' last words",
    )
    assert_whole(home, team)
    assert rows_of(team) == expected
    recovered = PipelineTransition.objects.filter(team=team, verb="send_again", reason=DEAD)
    assert set(recovered.values_list("source", flat=True)) == set(ACTIVE)
