"""Many calls of the outside world at once, their results one by one in the calling thread."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Outcome(Generic[Item, Result]):
    """One finished call: `item`, and `value()`, which returns its result or raises its error."""

    def __init__(self, item: Item, future: "Future[Result]") -> None:
        self.item = item
        self._future = future

    def value(self) -> Result:
        return self._future.result()


def in_parallel(
    items: Iterable[Item],
    call: Callable[[Item], Result],
    *,
    at_once: int,
    on_idle: Callable[[], None],
    idle_seconds: float = 5.0,
) -> Iterator[Outcome[Item, Result]]:
    """
    Yield the outcomes of `call(item)` as they finish, at most `at_once` in flight.

    `call` runs in a thread and must not touch the database; the caller does that, in its own
    thread and transaction. `items` is read lazily: what is appended to a generator while the loop
    runs is still called. `on_idle` runs whenever nothing has finished for `idle_seconds`, for a
    heartbeat. Leaving the loop early drops what has not begun and waits for what has.
    """
    source = iter(items)
    pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="outside")
    flying: dict[Future[Result], Item] = {}
    try:
        while True:
            for item in islice(source, at_once - len(flying)):
                flying[pool.submit(call, item)] = item
            if not flying:
                return
            done, _ = wait(flying, timeout=idle_seconds, return_when=FIRST_COMPLETED)
            if not done:
                on_idle()
            for future in done:
                yield Outcome(flying.pop(future), future)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
