"""
Beats ten times a second, each time through the disk, and writes down where it could not.

A process that does nothing else: where it stands still, so does the machine, for no lock of ours
and no other thread can hold it up. Standard library only, run by its path, as the tether is:

    python -I -S heart.py FOLDER
"""

import os
import sys
import time
from pathlib import Path
from typing import NoReturn

INTERVAL = 0.1  # seconds between two beats
LATE = 0.1  # seconds, beyond the interval, that are written down
BEATS, GAPS, LAST = "beats", "gaps", "last"  # files


def beat(folder: Path) -> NoReturn:
    """
    Write each gap to GAPS as “began ended”, and after it the last beat to LAST.

    By the clock of the wall, as databases tell the time: where that jumps, a heartbeat is as old as
    if the machine had stood still.
    """
    folder.mkdir(exist_ok=True)
    beats, last = (
        os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600) for name in (BEATS, LAST)
    )
    gaps = os.open(folder / GAPS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    before = time.time()
    while True:
        time.sleep(INTERVAL)
        os.pwrite(beats, b"%17.6f" % time.time(), 0)
        os.fsync(beats)
        now = time.time()
        if now - before > INTERVAL + LATE:
            os.write(gaps, b"%.6f %.6f\n" % (before, now))
        os.pwrite(last, b"%17.6f" % now, 0)
        before = now


if __name__ == "__main__":
    beat(Path(sys.argv[1]))
