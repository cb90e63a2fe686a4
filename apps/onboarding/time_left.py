"""How long a step still takes: measured at what was stored just now, or not told at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import Count, Min

from apps.github.models import PullRequest, TrackedRepository
from apps.llm.models import LlmAnswer
from apps.llm.progress import Analysed
from apps.onboarding.repository_rows import RepositoryRow, is_listed
from apps.pipeline.machine import Status
from apps.pipeline.standing import Standing
from apps.teams.models import Team

LOOKED_AT = timedelta(seconds=60)
SHORTEST, FEWEST = 10.0, 25  # seconds and pull requests: less is no measurement
#: With so few the speed may be wrong by half: good enough for "less than a minute", not for more.
SHORTEST_ROUGH, FEWEST_ROUGH = 2.0, 5
READING = frozenset({Status.SYNCING, Status.BACKGROUND_SYNCING})
ANALYSING = frozenset({Status.LLM_PROCESSING, Status.BACKGROUND_LLM})
UNFINISHED = frozenset({TrackedRepository.SyncStatus.PENDING, TrackedRepository.SyncStatus.SYNCING})
SOON = 45  # seconds: less than a minute
COARSE = 10  # minutes, above which it is told in steps of five


@dataclass(frozen=True)
class Stored:
    """What a step has stored within the last minute."""

    number: int
    seconds: float

    def time_for(self, left: int) -> float | None:
        """Seconds for so many more; None where it cannot be told from so little."""
        if self.number < FEWEST_ROUGH or self.seconds < SHORTEST_ROUGH:
            return None
        seconds = left * self.seconds / self.number
        is_measured = self.number >= FEWEST and self.seconds >= SHORTEST
        return seconds if is_measured or seconds < SOON / 2 else None


def minutes_left(
    team: Team,
    standing: Standing,
    repositories: Sequence[TrackedRepository],
    rows: Sequence[RepositoryRow],
    analysed: Analysed,
    *,
    shown: int | None,
    now: datetime,
) -> int | None:
    """
    Until what is listed is read, or what is read is analysed, in minutes; 0 is less than one.

    None where it is not known: while it waits or something is still being listed, and until there
    is something to measure. At most one query, and only in these steps.

    :param rows: of these `repositories`, in the same order.
    :param shown: what the page says now: it changes only once it is clearly wrong.
    """
    if standing.is_paused or standing.waits_for or standing.error:
        return None
    seconds = None
    if standing.status in READING:
        seconds = _of_reading(team, repositories, rows, now)
    elif standing.status in ANALYSING and analysed.pending:
        seconds = _analysed_lately(team, now).time_for(analysed.pending)
    return None if seconds is None else settled(seconds, shown)


def settled(seconds: float, shown: int | None) -> int:
    """Whole minutes; what is shown stays while it is wrong by a tenth, or by half a step."""
    if shown is not None:
        slack = max(0.5 * _step(shown), 0.1 * shown)
        least = max(60 * (shown - _step(shown) - slack), SOON / 2 if shown else 0)
        if least < seconds <= 60 * (shown + slack):
            return shown
    if seconds < SOON:
        return 0
    minutes = ceil(seconds / 60)
    step = _step(minutes)
    return step * ceil(minutes / step)


def in_words(minutes: int | None, status: Status) -> str:
    """Reading names itself; what is left of the analysis stands below its own bar."""
    if minutes is None:
        return ""
    left = "left" if status in ANALYSING else "of reading left"
    if minutes == 0:
        return f"Less than a minute {left}"
    if minutes > 60:
        return f"About {ceil(minutes / 60)} hours {left}"
    return f"About {minutes} minute{'s' * (minutes != 1)} {left}"


def _step(minutes: int) -> int:
    return 5 if minutes > COARSE else 1


def _is_unfinished(repository: TrackedRepository) -> bool:
    return repository.sync_status in UNFINISHED


def _of_reading(
    team: Team,
    repositories: Sequence[TrackedRepository],
    rows: Sequence[RepositoryRow],
    now: datetime,
) -> float | None:
    pairs = [pair for pair in zip(repositories, rows, strict=True) if _is_unfinished(pair[0])]
    left = sum(max(row.listed - row.fetched, 0) for _, row in pairs)
    if not left or not all(is_listed(repository) for repository, _ in pairs):
        return None
    return _read_lately(team, [repository for repository, _ in pairs], now).time_for(left)


def _read_lately(team: Team, repositories: Sequence[TrackedRepository], now: datetime) -> Stored:
    """The index on the pull requests' last update narrows the look to the window."""
    oldest = min(since for one in repositories if (since := one.sync_since) is not None)
    stored = PullRequest.objects.filter(
        team=team, updated_at__gte=oldest, fetched_at__gt=now - LOOKED_AT
    )
    return _stored(stored.aggregate(number=Count("pk"), first=Min("fetched_at")), now)


def _analysed_lately(team: Team, now: datetime) -> Stored:
    """Answers of the model: what marks or earlier answers decide is done at once."""
    answered = LlmAnswer.objects.filter(pull_request__team=team, created_at__gt=now - LOOKED_AT)
    return _stored(answered.aggregate(number=Count("pk"), first=Min("created_at")), now)


def _stored(counts: dict[str, Any], now: datetime) -> Stored:
    seconds = (now - counts["first"]).total_seconds() if counts["first"] else 0.0
    return Stored(counts["number"], seconds)
