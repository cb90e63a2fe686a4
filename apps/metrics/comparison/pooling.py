"""
Two groups within strata: how far they are apart, and how surely. Pure arithmetic, no rows.

* **Durations and sizes** (`ratio`): the Hodges-Lehmann shift of the logarithms, pooled over strata,
  with the interval of van Elteren's test, the rank-sum test within strata with weights 1/(n+1). It
  holds whatever the distribution is, if it is the same on both sides but for a factor. With one
  stratum it is the interval of the Mann-Whitney test.
  (P. van Elteren, Bull. Inst. Int. Statist. 37 (1960) 351; J. L. Hodges and E. L. Lehmann, Ann.
  Math. Statist. 34 (1963) 598; E. L. Lehmann, Nonparametrics (1975), ch. 2.5 and 3.3.)
* **Shares** (`difference`): the Mantel-Haenszel risk difference with Sato's variance, which holds
  for many small strata and for few large ones, as a score interval.
  (T. Sato, Biometrics 45 (1989) 1323; B. Klingenberg, Statist. Med. 33 (2014) 2968.) Where hardly
  anything happened on either side its variance says nothing; there Newcombe's interval over all
  strata together is taken. (R. G. Newcombe, Statist. Med. 17 (1998) 873, method 10.)
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from apps.metrics.figures import Z95, wilson

#: 5 % two-sided and 80 % power: a true effect of so many standard errors is seen 4 times in 5.
DETECTED = Z95 + 0.841621
FEWEST_EVENTS = 5  # and as few of the opposite: below, a normal approximation says nothing
ROUNDED_RATIO, ROUNDED_SHARE = 1.005, 0.0005  # up to here one reads 1.00, and 0 points
EXACT = 1e-4  # of a logarithm: a ratio to four digits, its interval rounded outwards


class Stratum(NamedTuple):
    """The values of both sides, none of them empty."""

    ai: Sequence[float]
    rest: Sequence[float]


@dataclass(frozen=True)
class Effect:
    """
    AI against the rest: a ratio (1: no difference) or a difference of shares (0: none).

    A true effect smaller than `smallest` would have been missed more often than once in five times.
    """

    value: float
    low: float  #: of the 95 % interval
    high: float
    smallest: float  #: the smallest detectable one: a ratio above 1, or a difference above 0
    none: float  #: what it is where nothing differs: 1 or 0

    @property
    def is_apart(self) -> bool:
        """Whether the interval leaves out "no difference", also as it is said, rounded."""
        if self.none:
            return self.low > ROUNDED_RATIO or self.high < 1 / ROUNDED_RATIO
        return self.low > ROUNDED_SHARE or self.high < -ROUNDED_SHARE


def ratio(strata: Sequence[Stratum], *, floor: float) -> Effect | None:
    """
    By which factor the AI side is larger; None where no interval exists.

    :param floor: smaller values count as this one, since zero has no logarithm: a minute, a line.
    """
    logs = [
        Stratum(
            sorted(math.log(max(value, floor)) for value in stratum.ai),
            sorted(math.log(max(value, floor)) for value in stratum.rest),
        )
        for stratum in strata
    ]
    weights = [1 / (len(x) + len(y) + 1) for x, y in logs]
    pairs = sum(weight * len(x) * len(y) for weight, (x, y) in zip(weights, logs, strict=True))
    deviation = math.sqrt(
        sum(weight * len(x) * len(y) / 12 for weight, (x, y) in zip(weights, logs, strict=True))
    )
    if Z95 * deviation >= pairs / 2:  # also without any pair
        return None
    ranks, mirrored = _Ranks(logs, weights), _Ranks([Stratum(y, x) for x, y in logs], weights)
    # Both ends are rounded outwards, so that ties at "no difference" lie within.
    low = ranks.least_shift(pairs / 2 + Z95 * deviation)
    high = -mirrored.least_shift(pairs / 2 + Z95 * deviation)
    middle = (ranks.least_shift(pairs / 2) - mirrored.least_shift(pairs / 2)) / 2
    error = (high - low) / (2 * Z95)
    return Effect(
        value=math.exp(middle),
        low=math.exp(low),
        high=math.exp(high),
        smallest=math.exp(DETECTED * error),
        none=1,
    )


@dataclass(frozen=True)
class _Ranks:
    """Sorted logarithms of both sides, stratum by stratum, with the strata's weights."""

    strata: Sequence[Stratum]
    weights: Sequence[float]

    def least_shift(self, weight: float) -> float:
        """
        Up to here more than this weight of all pairwise differences exceeds a shift.

        Found by interpolation that is never slower than halving (I. F. D. Oliveira and R. H. C.
        Takahashi, ACM Trans. Math. Softw. 47 (2020) 1, with their constants 0.2, 2 and 1).
        """
        low = min(x[0] - y[-1] for x, y in self.strata) - 1
        high = max(x[-1] - y[0] for x, y in self.strata) + 1
        over, under = self._above(low) - weight, -weight
        steps = math.ceil(math.log2((high - low) / EXACT)) + 1
        narrow = 0.2 / (high - low)
        while high - low > EXACT:
            middle = (low + high) / 2
            reach = EXACT / 2 * 2**steps - (high - low) / 2
            guess = (over * high - under * low) / (over - under)
            towards = math.copysign(1, middle - guess)
            nearer = guess + towards * min(narrow * (high - low) ** 2, abs(middle - guess))
            shift = nearer if abs(nearer - middle) <= reach else middle - towards * reach
            left = self._above(shift) - weight
            if left > 1e-9:
                low, over = shift, left
            else:
                high, under = shift, min(left, 0.0)
            steps -= 1
        return low

    def _above(self, shift: float) -> float:
        """The weight of the pairs in which the AI side exceeds the rest by more than `shift`."""
        total = 0.0
        for (x, y), weight in zip(self.strata, self.weights, strict=True):
            if len(x) <= len(y):
                total += weight * sum(bisect_left(y, value - shift) for value in x)
            else:
                pairs = sum(len(x) - bisect_left(x, value + shift) for value in y)
                total += weight * pairs
        return total


def difference(strata: Sequence[Stratum]) -> Effect | None:
    """
    By how much the AI side's share is higher, from -1 to 1; None without strata.

    :param strata: values are 0 or 1.
    """
    if not strata:
        return None
    events = sum(sum(x) + sum(y) for x, y in strata)
    n = sum(len(x) + len(y) for x, y in strata)
    if min(events, n - events) < FEWEST_EVENTS:
        value, low, high = _newcombe(strata)
    else:
        value, low, high = _mantel_haenszel(strata)
    smallest = min(1.0, DETECTED * (high - low) / (2 * Z95))
    return Effect(value=value, low=low, high=high, smallest=smallest, none=0)


def _mantel_haenszel(strata: Sequence[Stratum]) -> tuple[float, float, float]:
    above = weight = p = q = 0.0
    for x, y in strata:
        a, n1, b, n0 = sum(x), len(x), sum(y), len(y)
        n = n1 + n0
        above += (a * n0 - b * n1) / n
        weight += n1 * n0 / n
        p += (n1**2 * b - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2
        q += (a * (n0 - b) + b * (n1 - a)) / (2 * n)
    value = above / weight
    middle = value + Z95**2 * p / (2 * weight**2)
    half = math.sqrt(max(0.0, middle**2 - value**2 + Z95**2 * q / weight**2))
    return value, max(-1.0, middle - half), min(1.0, middle + half)


def _newcombe(strata: Sequence[Stratum]) -> tuple[float, float, float]:
    a, n1 = int(sum(sum(x) for x, _ in strata)), sum(len(x) for x, _ in strata)
    b, n0 = int(sum(sum(y) for _, y in strata)), sum(len(y) for _, y in strata)
    one, other = a / n1, b / n0
    (low1, high1), (low0, high0) = wilson(a, n1), wilson(b, n0)
    assert None not in (low1, high1, low0, high0)  # noqa: S101 -- neither side is empty
    below = math.hypot(one - (low1 or 0), (high0 or 0) - other)
    above = math.hypot((high1 or 0) - one, other - (low0 or 0))
    return one - other, one - other - below, one - other + above
