"""
Death at every named point of the pipeline, in every status: nothing is lost or done twice.

Each run meets one kind of point once in every status that has it. The start is a person's, by the
real page, so that the web dies at its points too.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from apps.pipeline.crash_points import Point, arm
from apps.pipeline.machine import ACTIVE, Status
from tests.journeys.house import House, house
from tests.journeys.rows import rows_of
from tests.journeys.runs import (
    Rows,
    assert_whole,
    connected_team,
    names,
    run_to_the_end,
    status_of,
    undisturbed,
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
SILENCE = 2  # seconds without a heartbeat until a worker that is stopped counts as dead


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[House]:
    """Two workers and the web, all of which can be struck."""
    state = tmp_path_factory.mktemp("h")
    quick = {"PIPELINE_SWEEP": "0.5", "PIPELINE_LOST_DISPATCH": "0.5"}
    with house(
        state,
        page_seconds=0.05,
        answer_seconds=0.05,
        CRASH_POINTS=str(state / "points"),
        PIPELINE_SILENCE=str(SILENCE),
        **quick,
    ) as running:
        running.start_worker(beat=False)
        running.start_worker(beat=False)
        yield running


@pytest.fixture(scope="module")
def web(home: House) -> str:
    return home.start_web()


@pytest.fixture
def expected(outside: House) -> Rows:
    """What a run without a crash leaves; the world is the same for the whole module."""
    if not REMEMBERED:
        REMEMBERED.update(undisturbed(outside))
    return REMEMBERED


REMEMBERED: Rows = {}


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
