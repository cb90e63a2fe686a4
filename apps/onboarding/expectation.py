"""
How long an import is expected to take: arithmetic over counts, before anything is read.

The same arithmetic is in `preflight.js`, for boxes that are ticked in the browser; a test holds
the two together. The seconds are those of the guide's measurements, not of this installation.
"""

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil

from django.conf import settings

from apps.github.api.queries import KEY_PAGE
from apps.github.choosing.preflight import Counts
from apps.teams.models import Team

PAGE_SECONDS = 1.5  # GitHub's answer with the details of 25 pull requests
KEY_SECONDS = 0.5  # and with a page of a list
ANSWER_SECONDS = 1.2  # the language model's
AROUND_SECONDS = 6.0  # members before, numbers and findings after


@dataclass(frozen=True)
class Pace:
    """What the expectation rests on; the browser is told the same."""

    page_size: int
    at_once: int
    answers_at_once: int  #: 0: the language model is not asked
    most_analysis_seconds: int  #: of phase 1
    two_phase: bool
    seconds_a_minute: float  #: of GitHub's answers, above which it is asked no more
    page_seconds: float = PAGE_SECONDS
    key_page: int = KEY_PAGE
    key_seconds: float = KEY_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    around_seconds: float = AROUND_SECONDS


@dataclass(frozen=True)
class Expectation:
    """Of the chosen repositories that are counted."""

    seconds: float  #: until the dashboard opens
    older_seconds: float  #: of what follows in the background; 0: nothing does
    points: int  #: of GitHub's hourly budget


def pace_of(team: Team) -> Pace:
    config = settings.HISTORICAL_SYNC_CONFIG
    asks_the_model = team.llm_enabled and bool(settings.GROQ_API_KEY)
    return Pace(
        page_size=config["page_size"],
        at_once=config["github_parallel"],
        answers_at_once=config["llm_batch_size"] if asks_the_model else 0,
        most_analysis_seconds=config["llm_deadline_seconds"],
        two_phase=team.wants_two_phases(),
        seconds_a_minute=config["github_seconds_per_minute"],
    )


def expectation(counts: Collection[Counts], pace: Pace) -> Expectation:
    """What reading and analysing so many pull requests takes, with nothing else in the way."""
    whole = [count.whole for count in counts]
    recent = [count.recent for count in counts] if pace.two_phase else whole
    older = [count.whole - count.recent for count in counts] if pace.two_phase else []
    analysis = analysis_seconds(sum(recent), pace)
    first = min(analysis, pace.most_analysis_seconds)
    later = analysis_seconds(sum(older), pace) + analysis - first
    return Expectation(
        seconds=reading_seconds(recent, pace) + first + pace.around_seconds if counts else 0.0,
        older_seconds=reading_seconds(older, pace) + later if sum(older) else 0.0,
        points=_points(recent, pace) + (_points(older, pace) if sum(older) else 0),
    )


def reading_seconds(numbers: Collection[int], pace: Pace) -> float:
    """
    Lists and details of so many pull requests of each repository.

    The largest of three bounds: what there is to ask, shared among the requests in flight; the
    longest list, whose pages follow one another; and the time that GitHub answers one account.
    """
    if not numbers:
        return 0.0
    pages = ceil(sum(numbers) / pace.page_size)
    lists = [_list_pages(number, pace) for number in numbers]
    asked = (sum(lists) + len(lists)) * pace.key_seconds + pages * pace.page_seconds
    shared = pace.key_seconds + asked / pace.at_once
    longest = max(lists) * pace.key_seconds + (pace.page_seconds if pages else 0)
    minutes = ceil(pages * pace.page_seconds / pace.seconds_a_minute)
    answering = 60 * max(minutes - 1, 0)
    return max(shared, longest, answering) + pace.key_seconds


def analysis_seconds(number: int, pace: Pace) -> float:
    if not pace.answers_at_once:
        return 0.0
    return ceil(number / pace.answers_at_once) * pace.answer_seconds


def _points(numbers: Collection[int], pace: Pace) -> int:
    """One for each page of details and of a list, and one for each second look at a list's top."""
    lists = sum(_list_pages(number, pace) for number in numbers)
    return ceil(sum(numbers) / pace.page_size) + lists + len(numbers)


def _list_pages(number: int, pace: Pace) -> int:
    return max(ceil(number / pace.key_page), 1)


def in_minutes(seconds: float) -> str:
    """Rounded up, the more the longer it is: nobody is promised 37 minutes."""
    if seconds < 45:
        return "less than a minute"
    minutes = ceil(seconds / 60)
    if minutes > 10:
        minutes = 5 * ceil(minutes / 5)
    if minutes > 60:
        return f"about {ceil(minutes / 60)} hours"
    return f"about {minutes} minute{'s' * (minutes != 1)}"
