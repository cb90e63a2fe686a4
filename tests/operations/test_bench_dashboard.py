"""`bench dashboard`: invented teams, what is counted and compared, and the whole of it, small."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import time_machine
from django.db import connection

from apps.github.models import Commit, PullRequest, Review
from apps.metrics.models import MemberWeek, TeamWeek
from apps.operations.bench.dashboard.figures import Recomputing, timing, wrong
from apps.operations.bench.dashboard.invented import MEMBERS, WEEKS, scene
from apps.operations.bench.dashboard.loop import NUMBERS, cells_of, loop_over, numbers_of
from apps.operations.bench.dashboard.pages import counted_statements
from apps.operations.bench.dashboard.recomputing import differences, recompute, stored
from apps.operations.bench.dashboard.shapes import Cast, shapes
from apps.pipeline.machine import Status
from tests.operations.machine import bare_environment, manage

DATABASE = "sqlite" if connection.vendor == "sqlite" else "postgres"
SINCE = datetime(2026, 6, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(weeks=WEEKS)
RECOMPUTING = Recomputing(
    pull_requests=5000, members=40, weeks=13, statements=30, seconds=2.0,
    loop_statements=7281, loop_seconds=20.0, differing=0,
)  # fmt: skip


# --- Invented teams ---


def test_what_is_invented_could_have_happened():
    found = list(shapes(Random(1), 2000, since=SINCE, until=UNTIL, cast=Cast(6, people=60, bots=3)))

    assert [one.created for one in found] == sorted(one.created for one in found)
    assert {one.state for one in found} == set(PullRequest.State.values)
    for one in found:
        end = one.ended or UNTIL
        assert SINCE <= one.created <= end <= UNTIL
        assert one.commits[0] < one.created
        assert all(one.created <= at <= end for _, _, at in one.reviews)
        assert one.by_bot or all(who != one.author for who, _, _ in one.reviews)
        assert len({path for path, _, _ in one.files}) == len(one.files)


def test_the_same_seed_invents_the_same():
    cast = Cast(6, people=60, bots=3)
    first, again, other = (
        list(shapes(Random(seed), 20, since=SINCE, until=UNTIL, cast=cast)) for seed in (1, 1, 2)
    )

    assert first == again != other


@pytest.mark.django_db
@time_machine.travel(
    datetime(2026, 11, 26, 12, tzinfo=UTC), tick=False
)  # clocks changed a month ago
def test_a_scene_is_a_measured_team_with_an_open_dashboard():
    here = scene(2000, seed=3)

    assert here.team.onboarding_pipeline_status == Status.COMPLETE
    assert here.team.phase1_completed_at is not None
    assert PullRequest.objects.filter(team=here.team).count() == 2000
    assert Review.objects.count() > 100 < Commit.objects.count()
    assert not PullRequest.objects.filter(updated_at__gt=here.now).exists()
    weeks = TeamWeek.objects.filter(team=here.team)
    assert weeks.count() == WEEKS
    whole = list(weeks.order_by("week_start"))[1:-1]
    assert all(week.merged and week.cycle_time for week in whole)
    assert MemberWeek.objects.filter(member__is_member=True).count() <= MEMBERS * WEEKS


# --- The loop ---


@pytest.mark.django_db
def test_the_loop_asks_once_for_each_number_and_comes_to_the_same():
    here = scene(120, seed=5, members=5)
    [cell, *_] = cells_of(here)

    with counted_statements() as statements:
        numbers_of(cell)

    assert len(statements) == len(NUMBERS)
    assert differences(loop_over(here), stored(here)) == 0


@pytest.mark.django_db
def test_a_number_that_differs_is_counted():
    here = scene(60, seed=5, members=5)
    found = stored(here)
    MemberWeek.objects.filter(pk=MemberWeek.objects.filter(merged__gt=0).first().pk).update(
        merged=99, opened=99
    )

    assert differences(found, stored(here)) == 2
    assert differences(found, {}) > len(NUMBERS)


@pytest.mark.django_db
def test_a_recomputation_is_a_refresh_of_the_team():
    here = scene(60, seed=5, members=3)
    before = list(TeamWeek.objects.order_by("week_start").values_list("merged", flat=True))

    measured = recompute(here)

    assert list(TeamWeek.objects.order_by("week_start").values_list("merged", flat=True)) == before
    assert measured.differing == 0
    assert measured.loop_statements == 1 + 3 * WEEKS * len(NUMBERS)
    assert 0 < measured.statements < 100


# --- What must hold ---


def timed(page: str, pull_requests: int, statements: int):
    return timing(
        page, pull_requests, statements=statements, size=2048, seconds=[0.02, 0.04], bare=[0.01]
    )


def test_a_page_is_put_beside_a_bare_one():
    each = timed("overview", 500, 12)

    assert (each.milliseconds.median, each.bare.median, each.kilobytes) == (30, 10, 2)
    assert each.above_bare == 3


def test_few_statements_that_are_the_same_at_all_sizes_are_right():
    assert not list(wrong([timed("a", 5, 15), timed("a", 500, 15)], RECOMPUTING))


@pytest.mark.parametrize(
    ("statements", "word"), [((16, 16), "at most 15"), ((11, 12), "11 at 5, 12 at 500")]
)
def test_too_many_statements_or_more_for_more_rows_are_told(statements, word):
    few, many = statements
    [sentence] = wrong([timed("a", 5, few), timed("b", 5, 3), timed("a", 500, many)], None)

    assert sentence.startswith("a: ")
    assert word in sentence


def test_numbers_that_are_not_the_loop_s_are_told():
    broken = Recomputing(**{**vars(RECOMPUTING), "differing": 7})

    [sentence] = wrong([], broken)

    assert sentence.startswith("7 numbers")
    assert RECOMPUTING.faster == 10


@pytest.mark.workers
@pytest.mark.own_servers
def test_every_page_is_measured_at_each_size(tmp_path):
    ended = manage(
        bare_environment(tmp_path / "state"),
        *("bench", "dashboard", "--database", DATABASE, "--json", "--seed", "1"),
        *("--sizes", "20", "80", "--recomputed", "20", "--rounds", "1", "--members", "2"),
    )

    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert said["wrong"] == []
    assert {page["pull_requests"] for page in said["pages"]} == {20, 80}
    assert len({page["page"] for page in said["pages"]}) == 6
    assert said["recomputing"]["differing"] == 0
    assert said["recomputing"]["pull_requests"] == 20
