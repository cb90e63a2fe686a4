"""Week: the unit of time of every metric."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Week:
    """
    An ISO week in a team's time zone: from Monday 00:00 local, half-open.

    Its length is 167 or 169 hours when the clocks change, so both ends are converted from local
    midnight and never computed as "+ 168 hours". Keyed by its Monday, never by (year, number):
    2026 has 53 ISO weeks and 2027-01-01 lies in 2026-W53.
    """

    monday: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.monday.weekday() != 0:
            raise ValueError(f"{self.monday} is not a Monday")

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> "Week":
        """The week in which an aware moment lies."""
        day = moment.astimezone(zone).date()
        return cls(day - timedelta(days=day.weekday()), zone)

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.monday, time.min, self.zone)

    @property
    def ends_at(self) -> datetime:
        return self.next().starts_at

    def next(self) -> "Week":
        return Week(self.monday + timedelta(days=7), self.zone)

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"


def weeks_between(first: datetime, last: datetime, zone: ZoneInfo) -> Iterator[Week]:
    """Every week that `[first, last]` touches, oldest first."""
    week, end = Week.of(first, zone), Week.of(last, zone)
    while week.monday <= end.monday:
        yield week
        week = week.next()
