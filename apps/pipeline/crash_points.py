"""
Where a process may be made to die: named places in the pipeline, armed by tests only.

A crash that matters happens between two particular lines, and no `kill` from outside hits them on
purpose. So these lines call `reached()`. It does nothing unless `settings.CRASH_POINTS` names a
folder, which production's settings never do.
"""

import os
import signal
from enum import StrEnum
from pathlib import Path

from django.conf import settings


class Point(StrEnum):
    CLAIMED = "claimed"  #: after the COMMIT of a claim, before the first line of the work
    IN_BATCH = "in-batch"  #: inside a batch's transaction, with everything of it written
    BATCH_STORED = "batch-stored"  #: after a batch's COMMIT
    MOVING = "moving"  #: inside the transaction of a move to that status, before its COMMIT
    COMMITTED = "committed"  #: after the COMMIT of a move to that status, before its message
    PUBLISHED = "published"  #: after the message of a move to that status
    RECOVERING = "recovering"  #: in recovery, under the row's lock, before the COMMIT


def reached(point: Point, status: str) -> None:
    """
    Die here, if somebody has armed this point for this status.

    Armed is a file `<folder>/<point>@<status>` that holds the name of a signal. The process that
    renames it is the one that is struck, so each file strikes once, in whichever process comes
    first; the renamed file tells where it happened.
    """
    if settings.CRASH_POINTS:
        _strike(Path(settings.CRASH_POINTS) / f"{point}@{status}")


def arm(folder: Path, point: Point, status: str, *, name: str = "SIGKILL") -> Path:
    """Arm a point for one strike, and return the path at which the strike will be told."""
    folder.mkdir(parents=True, exist_ok=True)
    armed = folder / f"{point}@{status}"
    writing = armed.with_suffix(".writing")
    writing.write_text(name)
    writing.rename(armed)
    return struck(armed)


def struck(armed: Path) -> Path:
    return armed.with_name(f"{armed.name}.struck")


def _strike(armed: Path) -> None:
    try:
        told = armed.rename(struck(armed))
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.Signals[told.read_text()])
