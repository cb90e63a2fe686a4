"""Many calls of the outside world at once, their results in ours: one by one, or in groups."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = 100  # that a pool may grow to where the number in flight is the caller's to change


class Outcome(Generic[Item, Result]):
    """One finished call: `item`, and `value()`, which returns its result or raises its error."""

    def __init__(self, item: Item, future: "Future[Result]") -> None:
        self.item = item
        self._future = future

    def value(self) -> Result:
        return self._future.result()

    def error(self) -> BaseException | None:
        return self._future.exception()


def in_parallel(
    items: Iterable[Item],
    call: Callable[[Item], Result],
    *,
    at_once: int | Callable[[], int],
    on_idle: Callable[[], None],
    on_leaving: Callable[[], None] = lambda: None,
    idle_seconds: float = 5.0,
    is_urgent: Callable[[Item], bool] = lambda _: False,
) -> Iterator[Outcome[Item, Result]]:
    """
    Yield the outcomes of `call(item)` as they finish, at most `at_once` in flight.

    `call` runs in a thread and must not touch the database; the caller does that, in its own
    thread and transaction. `items` is read lazily: what is appended to a generator while the loop
    runs is still called. `on_idle` runs whenever nothing has finished for `idle_seconds`, for a
    heartbeat. Leaving the loop early drops what has not begun and waits for what has; `on_leaving`
    runs before that wait, to shorten it.

    :param at_once: a number, or what says it anew whenever there may be room for another call;
        less than one counts as one, and what is in flight is never called back.
    :param is_urgent: of outcomes that wait for the caller, those of such items come first.
    """
    most, allowed = (THREADS, at_once) if callable(at_once) else (at_once, lambda: at_once)
    source = iter(items)
    flying: dict[Future[Result], Item] = {}
    landed: deque[Outcome[Item, Result]] = deque()
    with _pool(most, on_leaving) as pool:
        while True:
            land(flying, landed, is_urgent)
            limit = min(max(allowed(), 1), most)
            for item in islice(source, room(limit, len(flying), len(landed))):
                flying[pool.submit(call, item)] = item
            if not flying and not landed:
                return
            if not landed and not wait(flying, idle_seconds, FIRST_COMPLETED).done:
                on_idle()
            land(flying, landed, is_urgent)
            if landed:
                yield landed.popleft()


def in_parallel_groups(
    items: Iterable[Item],
    call: Callable[[Item], Result],
    *,
    at_once: int,
    most: int,
    on_idle: Callable[[], None],
    on_leaving: Callable[[], None] = lambda: None,
    linger_seconds: float = 0.25,
    idle_seconds: float = 5.0,
) -> Generator[list[Outcome[Item, Result]], None, None]:
    """
    `in_parallel`, for a caller to whom ten outcomes together cost hardly more than one.

    A group is handed out when it has `most`, when its first outcome has waited `linger_seconds`
    for company, or when nothing is in flight any more. Meanwhile, and while the caller has one in
    its hands, free places are filled again at once, by items that are taken in advance. A caller
    that dies loses at most a whole group, and what was in flight.
    """
    source = iter(items)
    flying: dict[Future[Result], Item] = {}
    landed: deque[Outcome[Item, Result]] = deque()
    hand_out_at = 0.0
    with _pool(at_once, on_leaving) as pool:
        while True:
            taken = min(2 * at_once, at_once + most - len(landed))  # the pool runs `at_once` of it
            for item in islice(source, max(taken - len(flying), 0)):
                flying[pool.submit(call, item)] = item
            if not flying and not landed:
                return
            if not landed:
                if not wait(flying, idle_seconds, FIRST_COMPLETED).done:
                    on_idle()
                hand_out_at = time.monotonic() + linger_seconds
            elif len(landed) >= most or not flying or time.monotonic() >= hand_out_at:
                yield [landed.popleft() for _ in range(min(most, len(landed)))]
                hand_out_at = time.monotonic() + linger_seconds
            else:
                wait(flying, hand_out_at - time.monotonic(), FIRST_COMPLETED)
            land(flying, landed, lambda _: False)


def room(limit: int, flying: int, landed: int) -> int:
    """
    How many more may begin.

    Many that began together end together. While the caller deals with one after another, the next
    are in the air; but no more than it can deal with in one further round.
    """
    return max(min(limit - flying, 2 * limit - flying - landed), 0)


@contextmanager
def _pool(threads: int, on_leaving: Callable[[], None]) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="outside")
    try:
        yield pool
    except BaseException:
        on_leaving()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def land(
    flying: "dict[Future[Result], Item]",
    landed: "deque[Outcome[Item, Result]]",
    is_urgent: Callable[[Item], bool],
) -> None:
    """Take out what has ended, and put it in line."""
    for future in [future for future in flying if future.done()]:
        outcome = Outcome(flying.pop(future), future)
        if is_urgent(outcome.item):
            landed.appendleft(outcome)
        else:
            landed.append(outcome)
