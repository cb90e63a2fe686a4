"""Thirteen weeks of a team and its members computed anew, beside a query for each number."""

import time
from datetime import date

from apps.metrics.models import MemberWeek
from apps.operations.bench.dashboard.figures import Recomputing
from apps.operations.bench.dashboard.invented import WEEKS, Scene
from apps.operations.bench.dashboard.loop import NUMBERS, Number, loop_over
from apps.operations.bench.dashboard.pages import counted_statements
from apps.operations.bench.sync.passage import ACTOR, go_through
from apps.pipeline.machine import FIRST_IN_BACKGROUND, Status
from apps.pipeline.moves import move

Numbers = dict[tuple[int, date], dict[str, Number]]


def recompute(scene: Scene) -> Recomputing:
    """By the pipeline's own step in a refresh, over weeks that are there already."""
    move(scene.team.pk, "refresh", actor=ACTOR)
    for _ in (FIRST_IN_BACKGROUND, Status.BACKGROUND_LLM):
        move(scene.team.pk, "advance", actor=ACTOR)
    with counted_statements() as ours:
        passage = go_through(scene.team, Status.BACKGROUND_METRICS, scene.measure)
    began = time.perf_counter()
    with counted_statements() as theirs:
        looped = loop_over(scene)
    return Recomputing(
        pull_requests=scene.pull_requests,
        members=scene.members,
        weeks=WEEKS,
        statements=len(ours),
        seconds=passage.seconds,
        loop_statements=len(theirs),
        loop_seconds=time.perf_counter() - began,
        differing=differences(looped, stored(scene)),
    )


def stored(scene: Scene) -> Numbers:
    rows = MemberWeek.objects.filter(team=scene.team, member__is_member=True)
    return {(row.member_id, row.week_start): _numbers(row) for row in rows}


def differences(looped: Numbers, found: Numbers) -> int:
    """Numbers that differ. Who did nothing at all has no row, and would have an empty one."""
    empty = _numbers(MemberWeek())
    return sum(
        looped.get(key, empty)[name] != found.get(key, empty)[name]
        for key in looped.keys() | found.keys()
        for name in NUMBERS
    )


def _numbers(row: MemberWeek) -> dict[str, Number]:
    return {name: getattr(row, name) for name in NUMBERS}
