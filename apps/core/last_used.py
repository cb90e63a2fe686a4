"""What one process knows by name, as long as it is in use."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LastUsed(Generic[Value]):
    """
    A bounded number of values by name; the one that was used longest ago goes first. Thread-safe.

    A process that was forked begins with none: the parent's belong to the parent.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.forget()
        os.register_at_fork(after_in_child=self.forget)

    def of(self, name: str, make: Callable[[], Value]) -> Value:
        """The value of that name: the same while it is in use, else a new one."""
        with self._lock:
            if name not in self._values:
                self._values[name] = make()
            self._values.move_to_end(name)
            if len(self._values) > self._most:
                self._values.popitem(last=False)
            return self._values[name]

    def forget(self) -> None:
        """Know nothing any more: for a process that was forked, and for tests."""
        self._lock = threading.Lock()  # another thread of the parent may have held it at the fork
        self._values: OrderedDict[str, Value] = OrderedDict()
