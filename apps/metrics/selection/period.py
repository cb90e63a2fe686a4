"""Period: the time that a page looks at, and the one it is compared with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
MOST_DAYS = 366  # at once: a page draws each of their weeks
FIRST_YEAR = 2008  # GitHub's


@dataclass(frozen=True)
class Period:
    """`[since, until)`; its days are days of the zone, both inclusive."""

    since: datetime
    until: datetime
    first_day: date
    last_day: date
    days: int
    name: str  #: "last 30 days", "1 Oct to 15 Nov 2026"
    zone: ZoneInfo

    def before(self) -> "Period":
        """
        The same length directly before.

        Where both ends are midnights, as many days: a day in which the clocks change has 23 or 25
        hours. Else as many hours.
        """
        first_day = self.first_day - timedelta(days=self.days)
        since = self.since - (self.until - self.since)
        if self.until == _midnight(self.last_day + ONE_DAY, self.zone):
            since = _midnight(first_day, self.zone)
        return Period(
            since=since,
            until=self.since,
            first_day=first_day,
            last_day=self.first_day - ONE_DAY,
            days=self.days,
            name=f"the {self.days} days before" if self.days > 1 else "the day before",
            zone=self.zone,
        )


def last_days(zone: ZoneInfo, days: int, now: datetime) -> Period:
    """So many times 24 hours up to now."""
    until = now.astimezone(UTC)  # in a zone of its own, "minus 30 days" would mean the same clock
    since = until - timedelta(days=days)
    return Period(
        since=since,
        until=until,
        first_day=since.astimezone(zone).date(),
        last_day=until.astimezone(zone).date(),
        days=days,
        name=f"last {days} days",
        zone=zone,
    )


def between(zone: ZoneInfo, first: date, last: date, now: datetime) -> Period:
    """
    From one day to another, both inclusive; today ends now.

    :raises ValueError: with a sentence for people, if there is no such period.
    """
    today = now.astimezone(zone).date()
    if first > today:
        raise ValueError("The first day lies in the future.")
    if first > last:
        raise ValueError("The first day has to come before the last one.")
    if last > today:
        raise ValueError("The last day lies in the future.")
    if first.year < FIRST_YEAR:
        raise ValueError(f"GitHub has no pull requests from before {FIRST_YEAR}.")
    days = (last - first).days + 1
    if days > MOST_DAYS:
        raise ValueError(f"At most {MOST_DAYS} days can be shown at once.")
    since, end = _midnight(first, zone), _midnight(last + ONE_DAY, zone)
    return Period(
        since=since,
        until=min(end, max(since, now.astimezone(UTC))),
        first_day=first,
        last_day=last,
        days=days,
        name=days_in_words(first, last),
        zone=zone,
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """In UTC, so that the hours between two of them are real ones."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def days_in_words(first: date, last: date) -> str:
    """Both inclusive: "1 Oct to 15 Nov 2026", "1 Oct 2026"."""
    if first == last:
        return f"{first:%-d %b %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first:%-d %b}{year} to {last:%-d %b %Y}"
