"""How far back a team's history goes: the two windows of a run, as instants."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings


@dataclass(frozen=True)
class Window:
    """Pull requests updated in `[since, until)`; None as `until`: up to now."""

    since: datetime
    until: datetime | None = None


def calculate_sync_date_range(*, months: int, now: datetime) -> tuple[datetime, datetime]:
    """
    Return (start, now): `months` back from `now`, then to the first of that month, midnight.

    25 Dec 2025 and 12 months give 1 Dec 2024. Any day of a month gives the same start, so that a
    month is never cut in half.

    :raises ValueError: for a negative number of months.
    """
    if months < 0:
        raise ValueError(f"months must be 0 or more, not {months}")
    index = now.year * 12 + (now.month - 1) - months
    start = now.replace(
        year=index // 12, month=index % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    return start, now


def recent_window(started_at: datetime, *, two_phase: bool, days: int | None) -> Window:
    """
    What phase 1 reads. Anchored at the start of the run, once, so that phases meet without a gap.

    Without a second phase it is the whole history.

    :param days: as `history_start`.
    """
    if not two_phase:
        return Window(since=history_start(started_at, days=days))
    return Window(since=started_at - timedelta(days=quick_start_days()))


def older_window(started_at: datetime, *, days: int | None) -> Window:
    """
    What phase 2 reads: from the start of the history to where phase 1 began.

    :param days: as `history_start`.
    """
    until = started_at - timedelta(days=quick_start_days())
    # Phase 1 may have read more days than the team wants at all.
    return Window(since=min(history_start(started_at, days=days), until), until=until)


def history_start(started_at: datetime, *, days: int | None) -> datetime:
    """
    The oldest update that a run reads.

    :param days: the team's own length, as it was when the run began; None: HISTORY_MONTHS where
        set, else BACKGROUND_DAYS.
    """
    if days is not None:
        return started_at - timedelta(days=days)
    months: int = settings.HISTORICAL_SYNC_CONFIG["history_months"]
    if months > 0:
        return calculate_sync_date_range(months=months, now=started_at)[0]
    return started_at - timedelta(days=settings.HISTORICAL_SYNC_CONFIG["background_days"])


def quick_start_days() -> int:
    days: int = settings.HISTORICAL_SYNC_CONFIG["quick_start_days"]
    return days
