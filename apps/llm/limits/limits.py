"""
What the limits of one key and model are asked and told, and the rules by which they answer.

Groq's own: https://console.groq.com/docs/rate-limits. The rules are followed twice, in `limits.lua`
and in `limits_in_process.py`; a change of one is a change of both, and the tests tell both the same
stories.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.conf import settings

BUSY_WAIT = 30.0  # seconds, where Groq's own short waits have led to nothing but another one


class Priority(StrEnum):
    """Whose turn comes first."""

    PHASE1 = "phase1"  # somebody waits for the dashboard
    PHASE2 = "phase2"


class Verdict(StrEnum):
    """What a call may do."""

    GO = "go"
    FULL = "full"  # the last minute has had as much as it may, or others come first
    CLOSED = "closed"  # Groq wants a pause
    USED_UP = "used_up"  # the day's limit


class Outcome(StrEnum):
    """What became of a call, as far as limits go by it."""

    CLEAN = "clean"  # an answer, or a refusal of what was asked
    FAILED = "failed"  # no answer
    TOO_FAST = "too_fast"  # a 429
    USED_UP = "used_up"  # a 429 for the day's limit


@dataclass(frozen=True)
class Rules:
    """All numbers, so that both who follow them have the same ones. Times are seconds."""

    lease: float  # until a call that nobody has reported on counts as ended: its process died
    # The tiers. What an answer's headers say replaces the tokens; of the requests a minute they say
    # nothing, so these follow from the tokens.
    free_tokens: int = 8_000
    free_requests: int = 30
    paid_requests: int = 1_000
    slice: float = 0.5  # of time that is counted together
    # What was taken counts a little longer than a minute: Groq counts from its arrival there.
    minute: float = 60.5
    # What is under way has taken more than it will use. Where that is much of a minute (the free
    # tier), fewer at once bring as many answers a minute, and the first one tells the true limit.
    under_way_share: float = 0.25
    phase2_share: float = 0.25  # of a minute, at most, while phase 1 of the same key is active
    phase1_active: float = 5.0  # since its last question, or the time it was told to come again
    # Who waits for its turn asks again; else it has gone. Longer waits are no place in line.
    soonest: float = 0.1
    latest: float = 0.5
    gone: float = 2.5
    longest_in_line: float = 5.0
    # After a 429: half as many at once, doubled with each answer until so many no longer matter.
    at_once_free: int = 64
    unknown_wait: float = 2.0  # of a 429 that names no time
    refusals: int = 3  # in a row that are believed; from the next one on:
    busy_wait: float = BUSY_WAIT
    day_wait: float = 3600.0  # of a day's limit that names no time
    shortest_day_wait: float = 60.0
    memory: float = 90_000.0  # without a call, until all is forgotten: longer than a day


@dataclass(frozen=True)
class Answer:
    """:param wait: seconds; of FULL: until it is worth asking again, under the same name."""

    verdict: Verdict
    wait: float


@dataclass(frozen=True)
class Budget:
    """
    What an answer's headers say.

    :param left: of the minute's `tokens`, whoever has used them.
    :param requests_left: of the day; full again in `requests_reset` seconds. None: not said.
    """

    tokens: int
    left: int
    requests_left: int | None = None
    requests_reset: float = 0.0


@dataclass(frozen=True)
class Report:
    """
    How a call ended.

    :param tokens: that count; None: nobody knows, so what was taken stays taken. A call that has
        FAILED with none counts as none.
    :param wait: what Groq asks for, where `outcome` is a limit; None: it names no time.
    """

    outcome: Outcome
    tokens: int | None = None
    wait: float | None = None
    budget: Budget | None = None


class Limits(Protocol):
    """The limits of one key and model. Used from several threads at once."""

    def ask(self, lease: str, priority: Priority, holder: str, tokens: int) -> Answer:
        """
        Let a call begin, under the name `lease`, or say why not.

        It takes its `tokens` from the minute until it is told of. One that is FULL waits for its
        turn until it is told of or has gone. Turns go by priority, then to the holder who has had
        the least of the last minute, then to who has waited longest.

        What is larger than a whole minute goes at once and takes nothing: Groq refuses it without
        a wait, or has raised the limit.

        :param holder: who shares in the turns ("team:5").
        """

    def tell(self, lease: str, report: Report) -> None:
        """Let it end, or wait no more. What comes twice, or too late, counts nothing twice."""


def rules() -> Rules:
    """What the settings say."""
    # Hardly a call takes longer; what one that does has taken stays taken.
    return Rules(lease=settings.GROQ_TIMEOUT + 5.0)
