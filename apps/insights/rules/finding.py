"""What a rule returns, and the few words that rules share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import floor

from apps.insights.material import Period
from apps.insights.thresholds import Number
from apps.metrics.facts import Facts


@dataclass(frozen=True)
class Finding:
    """
    One thing the numbers say.

    `numbers` holds every number of the sentence as it is written there, and nothing else: it is
    all that the language model is told. Titles have no digits.
    """

    title: str
    sentence: str
    numbers: Mapping[str, Number]
    n: int  #: on how many pull requests (or reviews, or repositories) it rests
    period: Period
    pull_requests: tuple[int, ...]  #: primary keys of those that it is about


def keys(pull_requests: Iterable[Facts]) -> tuple[int, ...]:
    return tuple(pull_request.pk for pull_request in pull_requests)


def counted(number: Number, one: str, many: str = "") -> str:
    """ "1 pull request", "3 pull requests"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def hours(seconds: float) -> Number:
    """Hours as they are said: one decimal below ten, none above."""
    value = seconds / 3600
    return whole(round(value, 1)) if value < 10 else round(value)


def percent(share: float) -> int:
    return round(share * 100)


def percent_below(share: float, goal: Number) -> Number:
    """As `percent`; with a decimal where a missed goal would read as reached: "79.8", not "80"."""
    rounded = percent(share)
    return rounded if rounded < goal else whole(floor(share * 1000) / 10)


def whole(value: float) -> Number:
    """7.0 is said as 7."""
    return int(value) if value == int(value) else value
