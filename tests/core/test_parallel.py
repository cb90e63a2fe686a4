"""Calls run side by side in threads; their results arrive one by one in ours."""

import threading
import time
from collections import deque
from concurrent.futures import Future

import pytest

from apps.core.parallel import Outcome, in_parallel, in_parallel_groups, land


def nothing() -> None:
    pass


def test_every_item_comes_back_once():
    outcomes = in_parallel(range(50), lambda n: n * n, at_once=8, on_idle=nothing)

    assert {outcome.item: outcome.value() for outcome in outcomes} == {n: n * n for n in range(50)}


def test_no_more_than_allowed_are_in_flight_and_so_many_are():
    barrier, peak, flying, lock = threading.Barrier(4), [0], [0], threading.Lock()

    def call(n: int) -> int:
        with lock:
            flying[0] += 1
            peak[0] = max(peak[0], flying[0])
        barrier.wait(timeout=10)  # passes only if four are here at once
        with lock:
            flying[0] -= 1
        return n

    assert len(list(in_parallel(range(8), call, at_once=4, on_idle=nothing))) == 8
    assert peak[0] == 4


def test_an_error_belongs_to_its_item():
    def call(n: int) -> int:
        if n == 2:
            raise ValueError("two")
        return n

    outcomes = {o.item: o for o in in_parallel(range(4), call, at_once=2, on_idle=nothing)}

    assert outcomes[3].value() == 3
    with pytest.raises(ValueError, match="two"):
        outcomes[2].value()


def test_what_is_added_while_the_loop_runs_is_called_too():
    queue = [4]

    def items():
        while queue:
            yield queue.pop()

    seen = []
    for outcome in in_parallel(items(), lambda n: n, at_once=1, on_idle=nothing):
        seen.append(outcome.value())
        if outcome.value() > 1:
            queue.append(outcome.value() // 2)

    assert seen == [4, 2, 1]


def test_a_long_wait_is_reported():
    release, idle = threading.Event(), []

    def on_idle() -> None:
        idle.append(1)
        if len(idle) == 3:
            release.set()

    outcomes = in_parallel(
        [1], lambda n: release.wait(10), at_once=1, on_idle=on_idle, idle_seconds=0.01
    )

    assert [outcome.value() for outcome in outcomes] == [True]
    assert len(idle) >= 3


def test_leaving_early_drops_what_has_not_begun():
    called = []

    for _ in in_parallel(range(100), called.append, at_once=2, on_idle=nothing):
        break

    assert len(called) < 10


def test_leaving_early_tells_what_waits_to_give_up():
    given_up, idle = threading.Event(), []

    def on_idle() -> None:
        idle.append(1)
        raise LookupError("the ticket is lost")

    outcomes = in_parallel(
        range(3),
        lambda n: given_up.wait(60),
        at_once=3,
        on_idle=on_idle,
        on_leaving=given_up.set,
        idle_seconds=0.01,
    )
    with pytest.raises(LookupError):
        next(outcomes)

    assert idle == [1]


def test_a_caller_that_breaks_off_leaves_too_and_one_that_comes_to_the_end_does_not():
    left = []

    def outcomes():
        return in_parallel(
            range(2), abs, at_once=1, on_idle=nothing, on_leaving=lambda: left.append(1)
        )

    assert len(list(outcomes())) == 2
    assert left == []
    for _ in outcomes():
        break
    assert left == [1]


def test_the_number_in_flight_follows_what_the_caller_says():
    allowed, peaks, flying, lock = [1], {1: 0, 4: 0}, [0], threading.Lock()
    four = threading.Barrier(4)

    def call(n: int) -> None:
        with lock:
            flying[0] += 1
            peaks[allowed[0]] = max(peaks[allowed[0]], flying[0])
        if allowed[0] == 4:
            four.wait(timeout=10)  # passes only if four are here at once
        with lock:
            flying[0] -= 1

    for outcome in in_parallel(range(11), call, at_once=lambda: allowed[0], on_idle=nothing):
        outcome.value()
        if outcome.item == 2:
            allowed[0] = 4

    assert peaks == {1: 1, 4: 4}


@pytest.mark.parametrize("none", [0, -3])
def test_one_is_always_in_flight(none):
    outcomes = in_parallel(range(3), lambda n: n, at_once=lambda: none, on_idle=nothing)

    assert [outcome.value() for outcome in outcomes] == [0, 1, 2]


def test_the_next_call_begins_before_all_that_ended_together_are_dealt_with():
    begun, together = [], threading.Barrier(4)

    def items():
        for n in range(8):
            begun.append(n)
            yield n

    outcomes = in_parallel(items(), lambda n: together.wait(10), at_once=4, on_idle=nothing)
    next(outcomes)
    next(outcomes)

    assert len(begun) > 4
    assert len(list(outcomes)) == 6


def test_what_the_caller_has_not_dealt_with_is_bounded():
    called = []

    outcomes = in_parallel(range(100), called.append, at_once=2, on_idle=nothing)
    for taken, _ in enumerate(outcomes, start=1):
        assert len(called) <= taken + 4


def test_of_outcomes_that_wait_together_the_urgent_come_first():
    done = [Future() for _ in range(3)]
    for future in done:
        future.set_result(None)
    landed = deque([Outcome("before", done[0])])

    land(dict(zip(done, ("plain", "urgent", "plain too"), strict=True)), landed, "urgent".__eq__)

    assert [outcome.item for outcome in landed] == ["urgent", "before", "plain", "plain too"]


# --- In groups ---


def test_what_lands_together_comes_together_and_every_item_once():
    together = threading.Barrier(4)

    groups = list(
        in_parallel_groups(
            range(8), lambda n: together.wait(10), at_once=4, most=4, on_idle=nothing
        )
    )

    assert [len(group) for group in groups] == [4, 4]
    assert sorted(outcome.item for group in groups for outcome in group) == list(range(8))


def test_no_group_is_larger_than_allowed_and_the_last_ones_do_not_wait_for_company():
    began = time.monotonic()

    groups = list(
        in_parallel_groups(range(7), abs, at_once=3, most=2, on_idle=nothing, linger_seconds=60)
    )

    assert [len(group) for group in groups] == [2, 2, 2, 1]
    assert time.monotonic() - began < 10


def test_one_that_landed_waits_for_company_only_a_moment():
    release = threading.Event()

    groups = in_parallel_groups(
        ["quick", "slow"],
        lambda item: item == "quick" or release.wait(10),
        at_once=2,
        most=2,
        on_idle=nothing,
        linger_seconds=0.05,
    )

    assert [outcome.item for outcome in next(groups)] == ["quick"]
    release.set()
    assert [outcome.item for outcome in next(groups)] == ["slow"]


def test_places_are_filled_again_while_a_group_is_waited_for():
    three, begun = threading.Barrier(3), []

    def call(n: int) -> None:
        begun.append(n)
        if n:
            three.wait(10)  # passes only if the place of the first was given to another

    groups = in_parallel_groups(
        range(4), call, at_once=3, most=4, on_idle=nothing, linger_seconds=60
    )

    assert [len(group) for group in groups] == [4]


def test_what_is_lost_with_a_caller_is_a_group_and_what_was_in_flight():
    called = []

    groups = in_parallel_groups(range(200), called.append, at_once=4, most=3, on_idle=nothing)
    dealt_with = 0
    for group in groups:
        time.sleep(0.005)
        assert len(called) - dealt_with <= 3 + 4
        dealt_with += len(group)

    assert dealt_with == 200


def test_who_leaves_between_groups_lets_those_go_that_wait():
    given_up = threading.Event()

    def call(n: int) -> None:
        if n:
            given_up.wait(60)

    groups = in_parallel_groups(
        range(9), call, at_once=3, most=1, on_idle=nothing, on_leaving=given_up.set
    )
    next(groups)
    began = time.monotonic()
    groups.close()

    assert time.monotonic() - began < 10


def test_a_long_wait_for_a_group_is_reported_and_an_error_belongs_to_its_item():
    release, idle = threading.Event(), []

    def on_idle() -> None:
        idle.append(1)
        if len(idle) == 3:
            release.set()

    def call(_: int) -> None:
        release.wait(10)
        raise ValueError("one")

    groups = in_parallel_groups([1], call, at_once=1, most=2, on_idle=on_idle, idle_seconds=0.01)
    [[outcome]] = groups

    assert len(idle) >= 3
    assert isinstance(outcome.error(), ValueError)
    with pytest.raises(ValueError, match="one"):
        outcome.value()
