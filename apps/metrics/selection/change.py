"""Change: a figure beside the one of the period before, and whether the two can be told apart."""

from dataclasses import dataclass, replace
from typing import Literal

from apps.metrics.figures import Figure, apart, count_interval
from apps.metrics.wording import in_words

ENOUGH_TO_COUNT = 5  # 4 after 2 says nothing; no interval is needed to see that

Direction = Literal["up", "down", "same", ""]


@dataclass(frozen=True)
class Change:
    """
    How a figure stands to the one before.

    Up is neither good nor bad. Without a clear change the direction is that of the two numbers,
    which chance alone may have made.
    """

    sentence: str
    direction: Direction = ""  #: empty: not compared
    is_clear: bool = False  #: the 95 % intervals of the two do not touch


def change_of(now: Figure, before: Figure, *, than: str) -> Change:
    """
    Compare two figures of the same kind.

    :param than: the other period in words, "the 30 days before".
    """
    if now.value is None or before.value is None or _is_too_little(now, before):
        return Change(f"Too little is known to compare with {than}.")
    was, direction = in_words(before), _direction(now.value, before.value)
    if not apart(_with_interval(now), _with_interval(before)):
        return Change(f"Not distinguishable from {than}: {was}.", direction)
    return Change(f"{direction.capitalize()} from {was} in {than}.", direction, is_clear=True)


def _is_too_little(now: Figure, before: Figure) -> bool:
    if now.unit == "count":
        return max(now.n, before.n) < ENOUGH_TO_COUNT
    return now.is_thin or before.is_thin


def _direction(now: float, before: float) -> Direction:
    if now == before:
        return "same"
    return "up" if now > before else "down"


def _with_interval(figure: Figure) -> Figure:
    """A count is exact; the pace behind it is known only as far as chance lets it be seen."""
    if figure.unit != "count" or figure.value is None:
        return figure
    low, high = count_interval(round(figure.value))
    return replace(figure, low=low, high=high)
