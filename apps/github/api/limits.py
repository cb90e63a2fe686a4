"""
What the limits of a budget are asked and told, and the rules by which they answer.

GitHub's own limits: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
The rules are followed twice, in `limits.lua` and in `limits_in_process.py`; a change of one is a
change of both, and the tests tell both the same stories.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from django.conf import settings

from apps.github.api.credentials import Priority


class Verdict(StrEnum):
    """What a request may do."""

    GO = "go"
    FULL = "full"  # as many are under way as may be
    CLOSED = "closed"  # GitHub wants a pause: the secondary limit
    USED_UP = "used_up"  # the hour's points
    KEPT = "kept"  # what is left of the hour's points is for those who come first


class Outcome(StrEnum):
    """What became of a request, as far as limits go by it."""

    CLEAN = "clean"  # an answer, or a refusal of what was asked
    FAILED = "failed"  # no answer
    TOO_FAST = "too_fast"  # the secondary limit
    USED_UP = "used_up"  # the primary limit


@dataclass(frozen=True)
class Rules:
    """All numbers, so that both who follow them have the same ones. Times are seconds."""

    start: int  # requests at once, while nothing has been learnt
    most: int
    seconds_a_minute: float  # of GitHub's time: at most; near it fewer at once, down to one
    lease: float  # until a request that nobody has reported on counts as ended: its process died
    # GitHub allows 2,000 points a minute, one for each query; and 100 at once, REST included.
    requests_a_minute: int = 1_800
    hard_limit: int = 100
    eased_from: float = 0.8  # of a minute's seconds or requests: from here on fewer at once
    web_beyond: int = 4  # requests of pages above the limit: somebody waits, and they are few
    phase2_share: float = 0.25  # at most, while phase 1 of the same budget is active
    phase1_active: float = 5.0  # since its last question or report
    # Who waits for its turn asks again, the sooner the nearer it is; else it has gone.
    soonest: float = 0.1
    latest: float = 1.0
    gone: float = 2.5
    in_use: float = 10.0  # a limit grows while half of it was in use so lately: else it is unproven
    # "Wait for at least one minute", and an exponentially increasing time while it goes on.
    first_pause: float = 60.0
    longest_pause: float = 3600.0
    memory: float = 4200.0  # without a request, until all is forgotten: longer than any pause
    #: Shares of the hour's points at which each stops.
    reserve: Mapping[Priority, float] = field(
        default_factory=lambda: {Priority.WEB: 0.0, Priority.PHASE1: 0.05, Priority.PHASE2: 0.2}
    )


@dataclass(frozen=True)
class Answer:
    """
    :param wait: seconds; of FULL: until it is worth asking again, under the same name.
    :param at_once: how many this holder may have under way, now: its share, at least one.
    """

    verdict: Verdict
    wait: float
    at_once: int


@dataclass(frozen=True)
class Points:
    """What GitHub says about the hour: `left` of `total` points, full again in `reset` seconds."""

    left: int
    total: int
    reset: float


@dataclass(frozen=True)
class Report:
    """
    How a request ended.

    :param seconds: that GitHub had it.
    :param wait: what GitHub asks for, where `outcome` is a limit; None: it names no time.
    """

    outcome: Outcome
    seconds: float
    wait: float | None = None
    points: Points | None = None


class Limits(Protocol):
    """The limits of one budget. Used from several threads at once."""

    def ask(self, lease: str, priority: Priority, holder: str) -> Answer:
        """
        Let a request begin, under the name `lease`, or say why not.

        One that is FULL waits for its turn until it is told of or has gone. Turns go by priority,
        then to the holder with the fewest under way, then to who has waited longest.

        :param holder: who sends it. Whoever is the only one of its name says so ("team:5/…", with
            what tells it from its forerunners), and what those have left under way counts as ended:
            they have died, or will find that they have been replaced.
        """

    def tell(self, lease: str, priority: Priority, report: Report) -> Answer:
        """Let it end, or wait no more. What comes twice, or too late, counts nothing twice."""


def rules() -> Rules:
    """What the settings say."""
    config = settings.HISTORICAL_SYNC_CONFIG
    return Rules(
        start=min(config["github_parallel"], config["github_parallel_max"]),
        most=config["github_parallel_max"],
        seconds_a_minute=config["github_seconds_per_minute"],
        lease=settings.GITHUB_TIMEOUT + 5.0,  # no request takes so long
    )
