"""Figure: a number with what it rests on, and the statistics that decide how it is shown."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median, quantiles
from typing import Literal

#: "each" is a count for each of something: so many pull requests for each person.
Unit = Literal["count", "seconds", "lines", "rounds", "share", "each"]

#: Below this many pull requests a number is not shown as one: no 95 % interval for a median
#: exists below 6, and a share of less than 20 says next to nothing (2 of 10: 6 to 51 %).
ENOUGH: dict[Unit, int] = {
    "count": 0,
    "seconds": 6,
    "lines": 6,
    "rounds": 6,
    "share": 20,
    "each": 0,
}
ENOUGH_FOR_P75 = 13  # from here on its 95 % interval has an upper end
ENOUGH_FOR_P90 = 36  # the same
#: A share with fewer decided has no percentage yet: the rest may still turn it round.
DECIDED_ENOUGH = 0.8
Z95 = 1.959964  # standard normal, two-sided 95 %


@dataclass(frozen=True)
class Basis:
    """What all figures of a page rest on together; `Figure.n` says it of each alone."""

    since: datetime  #: later than the page asked for where less is known
    until: datetime
    window: str  #: the period in words: "last 30 days"
    repositories: int  #: that the present run has read
    repositories_selected: int  #: that were to be read when it was measured
    analysed: int  #: merged pull requests that have a class of AI use
    asked: int  #: of so many
    computed_at: datetime | None  #: when the numbers were measured; None: never
    definitions: int  #: the version of the formulas

    @property
    def share_analysed(self) -> float | None:
        return self.analysed / self.asked if self.asked else None


@dataclass(frozen=True)
class Figure:
    """
    A number that can be trusted as far as it says.

    `value` is None only where nothing is known. A *thin* figure has a value for charts that grey
    it; in words (`wording.in_words`) its points are said instead.
    """

    value: float | None  #: seconds, lines, rounds, a count, or a share from 0 to 1
    n: int  #: on how many pull requests it rests
    unit: Unit
    k: int | None = None  #: shares: how many of `n`, at least
    undecided: int = 0  #: shares: how many of `n` may still join `k`
    low: float | None = None  #: the 95 % interval, where one exists
    high: float | None = None
    p75: float | None = None  #: medians: a quarter took longer; from 13 pull requests on
    p90: float | None = None  #: medians: a tenth took longer; from 36 on
    points: tuple[float, ...] = ()  #: medians: the 1 to 5 values themselves
    note: str = ""  #: a sentence on what is missing ("8 not analysed yet")
    basis: Basis | None = field(default=None, repr=False)

    def on(self, basis: Basis) -> "Figure":
        """The same figure, which knows what the whole page rests on."""
        return replace(self, basis=basis)

    @property
    def is_thin(self) -> bool:
        """Whether it rests on too few pull requests to be shown as one number."""
        return self.n < ENOUGH[self.unit] or self.decided < DECIDED_ENOUGH * self.n

    @property
    def decided(self) -> int:
        """On how many of `n` its value rests; less than all only where a share has undecided."""
        return self.n - self.undecided


def count(value: int, *, note: str = "") -> Figure:
    """A count rests on all that it counts."""
    return Figure(value=value, n=value, unit="count", note=note)


def median_of(values: Iterable[float | None], unit: Unit, *, note: str = "") -> Figure:
    """The median of what is known among `values`, with its interval and points where they exist."""
    known = sorted(value for value in values if value is not None)
    n = len(known)
    low, high = median_interval(known)
    return Figure(
        value=median(known) if known else None,
        n=n,
        unit=unit,
        low=low,
        high=high,
        p75=quantiles(known, n=4, method="inclusive")[2] if n >= ENOUGH_FOR_P75 else None,
        p90=quantiles(known, n=10, method="inclusive")[8] if n >= ENOUGH_FOR_P90 else None,
        points=tuple(known) if n < ENOUGH[unit] else (),
        note=note,
    )


def share(k: int, n: int, *, undecided: int = 0, note: str = "") -> Figure:
    """
    `k` of `n`, with Wilson's interval; no value for 0 of 0, nor while all are undecided.

    The undecided are among `n`: the value is then the least that the share can be, and the interval
    reaches up to where it would be if all of them joined `k`.
    """
    return Figure(
        value=k / n if n > undecided else None,
        n=n,
        unit="share",
        k=k,
        undecided=undecided,
        low=wilson(k, n)[0],
        high=wilson(k + undecided, n)[1],
        note=note,
    )


def for_each(value: int, people: int, *, at_least: int, note: str = "") -> Figure:
    """So many for each of these people; no value for fewer people than `at_least`."""
    known = value / people if people >= at_least else None
    return Figure(value=known, n=value, unit="each", note=note)


def apart(one: Figure, other: Figure) -> bool:
    """Whether the two 95 % intervals do not touch; False where one of them is unknown."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.high < other.low or other.high < one.low


def median_interval(ordered: list[float]) -> tuple[float | None, float | None]:
    """
    The distribution-free 95 % interval of the median of sorted values; (None, None) below 6.

    It runs from the j-th smallest to the j-th largest value, with the largest j for which the
    interval misses the true median at most once in 20 times (binomial, p = ½).
    """
    n = len(ordered)
    j = _rank(n)
    return (ordered[j - 1], ordered[n - j]) if j else (None, None)


def _rank(n: int) -> int:
    if n > 500:  # the exact sum underflows near 1,000; here both agree
        return math.floor((n - Z95 * math.sqrt(n)) / 2)
    j, tail = 0, 0.0
    while True:
        tail += math.comb(n, j) / 2**n
        if tail > 0.025:
            return j
        j += 1


def wilson(k: int, n: int) -> tuple[float | None, float | None]:
    """Wilson's 95 % interval of a share; (None, None) for 0 of 0."""
    if n == 0:
        return None, None
    p, z2 = k / n, Z95**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def count_interval(k: int) -> tuple[float, float]:
    """
    The 95 % interval of the pace behind `k` events that happened independently (Byar's).

    Work comes in bursts, so the true one is wider: what it cannot tell apart nothing can.
    """

    def bound(events: int, z: float) -> float:
        return events * (1 - 1 / (9 * events) + z / (3 * math.sqrt(events))) ** 3

    return (bound(k, -Z95) if k else 0.0), bound(k + 1, Z95)
