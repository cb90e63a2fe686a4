"""Moments that worker processes write down and the bench reads: one line a task, one file each."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

Kind = Literal["chain", "pipeline"]

#: Nanoseconds of a clock that all processes of a machine share.
now = time.monotonic_ns


@dataclass(frozen=True)
class Stamp:
    """One task as it went by; `moments` in the order in which they came."""

    kind: Kind
    flow: int  #: which chain, or which team
    place: int  #: 0 for a flow's first task
    moments: tuple[int, ...]


def write(folder: Path, stamp: Stamp) -> None:
    """Append to this process's file: some microseconds, and no other process is waited for."""
    words = (stamp.kind, stamp.flow, stamp.place, *stamp.moments)
    os.write(_file(folder, os.getpid()), (" ".join(map(str, words)) + "\n").encode())


@lru_cache(maxsize=4)  # a forked process asks anew, because it has another number
def _file(folder: Path, process: int) -> int:
    return os.open(folder / str(process), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


class Reader:
    """Reads what has been written since it last looked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[Path, int] = {}

    def fresh(self) -> Iterator[Stamp]:
        for path in sorted(self.folder.iterdir()):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                text = file.read()
            lines = text[: text.rfind(b"\n") + 1]  # the last line may be half there
            self._read[path] = self._read.get(path, 0) + len(lines)
            yield from map(_parse, lines.decode().splitlines())


def _parse(line: str) -> Stamp:
    kind, *numbers = line.split()
    flow, place, *moments = map(int, numbers)
    return Stamp("chain" if kind == "chain" else "pipeline", flow, place, tuple(moments))
