"""How long the reading still takes: measured at what was stored just now, or not told at all."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Count, Min

from apps.github.models import PullRequest, TrackedRepository
from apps.onboarding.repository_rows import RepositoryRow, is_listed
from apps.pipeline.machine import Status
from apps.pipeline.standing import Standing
from apps.teams.models import Team

LOOKED_AT = timedelta(seconds=60)
SHORTEST, FEWEST = 10.0, 25  # seconds and pull requests: less is no measurement
READING = frozenset({Status.SYNCING, Status.BACKGROUND_SYNCING})
UNFINISHED = frozenset({TrackedRepository.SyncStatus.PENDING, TrackedRepository.SyncStatus.SYNCING})
SOON = 45  # seconds: less than a minute
COARSE = 10  # minutes, above which it is told in steps of five


def minutes_left(
    team: Team,
    standing: Standing,
    repositories: Sequence[TrackedRepository],
    rows: Sequence[RepositoryRow],
    *,
    shown: int | None,
    now: datetime,
) -> int | None:
    """
    Until what is listed is read, in minutes; 0 is less than one, None is not known.

    None while it waits or something is still being listed, and until there is something to measure.
    At most one query, and only while pull requests are read.

    :param rows: of these `repositories`, in the same order.
    :param shown: what the page says now: it changes only once it is clearly wrong.
    """
    if standing.status not in READING or standing.is_paused or standing.waits_for or standing.error:
        return None
    pairs = [pair for pair in zip(repositories, rows, strict=True) if _is_unfinished(pair[0])]
    left = sum(max(row.listed - row.fetched, 0) for _, row in pairs)
    if not left or not all(is_listed(repository) for repository, _ in pairs):
        return None
    speed = _speed(team, [repository for repository, _ in pairs], now)
    return None if speed is None else settled(left / speed, shown)


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


def in_words(minutes: int | None) -> str:
    if minutes is None:
        return ""
    if minutes == 0:
        return "Less than a minute of reading left"
    if minutes > 60:
        return f"About {ceil(minutes / 60)} hours of reading left"
    return f"About {minutes} minute{'s' * (minutes != 1)} of reading left"


def _step(minutes: int) -> int:
    return 5 if minutes > COARSE else 1


def _is_unfinished(repository: TrackedRepository) -> bool:
    return repository.sync_status in UNFINISHED


def _speed(team: Team, repositories: Sequence[TrackedRepository], now: datetime) -> float | None:
    """Pull requests a second; the index on their last update narrows the look to the window."""
    oldest = min(since for one in repositories if (since := one.sync_since) is not None)
    stored = PullRequest.objects.filter(
        team=team, updated_at__gte=oldest, fetched_at__gt=now - LOOKED_AT
    ).aggregate(number=Count("pk"), first=Min("fetched_at"))
    if stored["number"] < FEWEST:
        return None
    seconds = (now - stored["first"]).total_seconds()
    return stored["number"] / seconds if seconds >= SHORTEST else None
