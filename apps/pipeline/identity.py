"""
Which process has a ticket, and whether that process is still there.

A worker that dies says nothing. On another machine its silence has to be waited for; on this one
the kernel knows. Processes are told apart by their start, since numbers are used again, and are
looked up only where they can be seen: same host, same boot, same namespace of process numbers, same
user (others' processes may be hidden: proc(5), "hidepid"). Where /proc is missing, is another
namespace's or cannot be read, nothing is known, and nothing is called gone.
"""

import os
import socket
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PROC = Path("/proc")
_START = 19  # of the fields after the command's name: proc_pid_stat(5), "starttime"


@dataclass(frozen=True)
class Identity:
    """As it is stored: three words. `place` is empty where processes cannot be looked up."""

    place: str
    parent: str
    process: str

    def __str__(self) -> str:
        return f"{self.place} {self.parent} {self.process}" if self.place else ""


UNKNOWN = Identity("", "", "")
NOBODY = "0.0"  # a parent that is not to be seen, for example outside of our namespace


def this_process() -> Identity:
    return _identity(os.getpid(), os.getppid())


def place() -> str:
    """The machine, its boot and the namespace in which this process sees others; or nothing."""
    return this_process().place


def is_gone(stored: str) -> bool:
    """Whether the process of a stored identity has certainly ended; False where nobody can know."""
    words = stored.split(" ")
    if len(words) != 3 or words[0] != place():
        return False
    number, _, _start = words[2].partition(".")
    try:
        return _process(int(number)) != words[2]
    except OSError:  # no file left to open, for example
        return False


def is_ours(stored: str) -> bool:
    """Whether a stored identity is this process's, or that of one of its children."""
    me = this_process()
    words = stored.split(" ")
    return bool(me.place) and words[0] == me.place and me.process in words[1:]


@lru_cache(maxsize=2)  # a forked child asks anew, because it has another number
def _identity(number: int, parent: int) -> Identity:
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (PROC / "self/ns/pid").readlink().name
        is_our_proc = (PROC / "self").readlink().name == str(number)
        process, above = _process(number), _process(parent)
    except OSError:
        return UNKNOWN
    if process is None or not is_our_proc:
        return UNKNOWN
    where = f"{socket.gethostname()}/{boot}/{namespace}/{os.geteuid()}"
    return Identity(where, above or NOBODY, process)


def _process(number: int) -> str | None:
    """
    “number.start” of a living process; None if it has ended, even if nobody has noticed yet.

    :raises OSError: if it cannot be looked up.
    """
    try:
        stat = (PROC / str(number) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{number}.{fields[_START]}"
