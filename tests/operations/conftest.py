"""What tests of real processes need: patience, and the end of whatever they have started."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.operations.supervise import Supervisor


def eventually(question: Callable[[], object], *, seconds: float = 10) -> bool:
    """Ask until the answer is true, or the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.02)
    return False


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie, whose parent has not asked for it yet, does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def written_pid(path: Path) -> int:
    """Wait for a child to write its process id."""
    assert eventually(lambda: path.exists() and path.read_text().strip().isdigit())
    return int(path.read_text())


@contextmanager
def tended(supervisor: Supervisor) -> Iterator[Callable[[Callable[[], object]], bool]]:
    """Gives an `eventually` that tends the children between two questions."""

    def ask(question: Callable[[], object]) -> bool:
        def tend_and_ask() -> object:
            supervisor.tend()
            return question()

        return eventually(tend_and_ask)

    with supervisor:
        yield ask


@pytest.fixture(autouse=True)
def no_process_is_left_behind() -> Iterator[None]:
    before = children_of(os.getpid())

    yield

    assert eventually(lambda: children_of(os.getpid()) <= before)


def children_of(pid: int) -> set[int]:
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.add(int(folder.name))
    return found
