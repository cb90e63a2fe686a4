"""Processes as the kernel shows them: who is below whom, who belongs to a bench, who is stopped."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Seen:
    """One process at one moment; `state` is the letter of proc_pid_stat(5)."""

    pid: int
    parent: int
    state: str


def is_possible() -> bool:
    """Whether this system shows its processes in files (Linux does, macOS does not)."""
    return (PROC / "self" / "stat").exists()


def all_processes() -> dict[int, Seen]:
    """Every process of this machine that has not ended; zombies are left out."""
    seen = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):  # it has ended meanwhile
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                if state not in "ZX":
                    seen[int(folder.name)] = Seen(int(folder.name), int(parent), state)
    return seen


def below(root: int) -> list[int]:
    """The processes below one, nearest first; without itself."""
    seen = all_processes()
    found, level = [], [root]
    while level:
        level = [pid for pid, process in seen.items() if process.parent in level]
        found += level
    return found


def belonging_to(folder: Path) -> Iterator[Seen]:
    """Processes that were started with this STATE_DIR in their environment."""
    mark = f"STATE_DIR={folder}".encode()
    for pid, process in all_processes().items():
        with suppress(OSError):
            if mark in (PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                yield process
