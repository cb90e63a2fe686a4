"""The pulse of the machine: when it stood still, and for how long (`heart.py` beats)."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from apps.operations.bench.chaos import heart
from apps.operations.supervise import Process

LONG = 1.0  # seconds of one gap from which on it counts
MANY = 1.5  # seconds of several gaps together, within WINDOW
WINDOW = 5.0  # seconds; healthy work shows a sign that often (`apps.core.parallel`)
MISSED = 0.5  # seconds without a beat after which it may be standing still


@dataclass(frozen=True)
class Stillness:
    """A time without a beat, or with hardly any; both moments by the clock of the wall."""

    began: float
    ended: float
    is_whole: bool  #: one gap; else several small ones, one after the other


class Pulse:
    """Reads what the heart has written, each gap once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read = 0
        self._small: list[tuple[float, float]] = []

    def process(self) -> Process:
        """What beats."""
        argv = (sys.executable, "-I", "-S", heart.__file__, str(self.folder))
        return Process(name="heart", argv=argv, cwd=self.folder.parent, grace=1.0)

    def is_missed(self) -> bool:
        """
        Whether there was no beat just now.

        Ask this before `fresh()`: what is not missed any more has been written down by then.
        """
        try:
            last = float((self.folder / heart.LAST).read_text())
        except (FileNotFoundError, ValueError):
            return True
        return time.time() - last > MISSED

    def fresh(self) -> list[Stillness]:
        """What has ended since it was last asked for."""
        found = (self._stillness(began, ended) for began, ended in self._fresh_gaps())
        return [stillness for stillness in found if stillness is not None]

    def _fresh_gaps(self) -> list[tuple[float, float]]:
        try:
            with (self.folder / heart.GAPS).open("rb") as file:
                file.seek(self._read)
                text = file.read()
        except FileNotFoundError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        words = (line.split() for line in whole.decode().splitlines())
        return [(float(began), float(ended)) for began, ended in words]

    def _stillness(self, began: float, ended: float) -> Stillness | None:
        if ended - began > LONG:
            return Stillness(began, ended, is_whole=True)
        recent = [gap for gap in self._small if gap[0] > ended - WINDOW]
        self._small = [*recent, (began, ended)]
        if sum(end - begin - heart.INTERVAL for begin, end in self._small) <= MANY:
            return None
        first, self._small = self._small[0][0], []
        return Stillness(first, ended, is_whole=False)
