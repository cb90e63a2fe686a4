"""What is asked next: each pull request once, whatever happens to it meanwhile."""

from datetime import timedelta

import pytest

from apps.github.api import payloads
from apps.github.models import TrackedRepository
from apps.github.syncing.batch_size import BatchSize
from apps.github.syncing.keys import WantedKey
from apps.github.syncing.listing import ListJob
from apps.github.syncing.worklist import Course, DetailJob, WorkList
from tests.github.fakes import NOW, pull_request


@pytest.fixture
def course() -> Course:
    return Course(TrackedRepository(pk=1), BatchSize.learnt(None, most=25), has_caught_up=True)


@pytest.fixture
def work(course) -> WorkList:
    return WorkList(25, {1: course})


def wanted(number: int, *, hours_ago: float = 1) -> WantedKey:
    return WantedKey(1, f"PR_{number}", number, NOW - timedelta(hours=hours_ago))


def begun(number: int, *, hours_ago: float):
    return payloads.pull_request(pull_request(number, days_old=hours_ago / 24))


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_one_whose_long_lists_came_in_two_states_is_finished_once_as_it_was_later(
    work, course, order
):
    """PostgreSQL refuses to write one row twice in one statement."""
    states = {hours: (wanted(7, hours_ago=hours), begun(7, hours_ago=hours)) for hours in order}
    work.add_keys(key for key, _ in states.values())
    list(work)
    course.open = 2
    for hours in order:
        key, found = states[hours]
        work.add_begun({key: found})

    [job] = list(work)

    assert job.keys == (states[1][0],)
    assert job.begun == {"PR_7": states[1][1]}
    assert course.open == 1


def test_a_pull_request_takes_the_room_that_its_repository_gives_it(work, course):
    course.batch.gave_up(25)
    work.add_keys(wanted(n, hours_ago=n) for n in range(1, 31))

    sizes = [len(job.keys) for job in work]

    assert sizes == [12, 12, 6]


def test_no_more_than_two_lists_are_counted_at_once_and_other_questions_go_on(course):
    """The others do not stand in a thread meanwhile, where a pull request could be asked for."""
    courses = {pk: Course(TrackedRepository(pk=pk), course.batch) for pk in range(1, 6)}
    work = WorkList(25, courses)
    for one in courses.values():
        work.catch_up(one)
    work.add_keys([wanted(n) for n in range(1, 26)])

    first = list(work)
    work.list_answered(first[0])
    second = list(work)

    assert [type(job) for job in first] == [ListJob, ListJob, DetailJob]
    assert [type(job) for job in second] == [ListJob]
