"""From when on a team's numbers are complete: the weeks that may be counted at all."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.core.weeks import Week, weeks_between
from apps.metrics.models import Measurement, TeamWeek
from apps.teams.models import Team

#: Clocks differ: a moment this little in the future has happened (R-52).
CLOCK_SKEW = timedelta(minutes=10)


@dataclass(frozen=True)
class History:
    """The weeks of `[since, now]` in the team's zone: the first may have lost its beginning."""

    since: datetime
    now: datetime
    zone: ZoneInfo

    def first_monday(self) -> datetime:
        """Midnight at which the week of `since` began."""
        return Week.of(self.since, self.zone).starts_at

    def mondays(self) -> list[date]:
        """Every week that the history touches, empty ones too, oldest first."""
        return [week.monday for week in weeks_between(self.since, self.now, self.zone)]

    def begins_within(self, monday: date) -> datetime | None:
        """Where the history begins after that Monday's midnight; None for a whole week."""
        week = Week(monday, self.zone)
        return self.since if week.starts_at < self.since < week.ends_at else None

    def week_of(self, moment: datetime) -> date | None:
        """
        The Monday of the week in which a moment counts; None outside the history.

        Pull requests are read by their last update. What happened before `since` is therefore
        known of some pull requests only, and counts in no week, except that of `since` itself.
        """
        if moment > self.now:
            if moment > self.now + CLOCK_SKEW:
                return None
            moment = self.now
        return Week.of(moment, self.zone).monday if moment >= self.first_monday() else None


def history_of(team: Team, *, since: datetime, now: datetime) -> History:
    """
    The history of a run that has read everything since `since`.

    An earlier run may have read further back. Its beginning is kept if nothing is missing between
    the two: if it was measured after `since`, and if every repository that is selected now has been
    listed that far. Otherwise weeks that nobody read, or not of all of them, would look complete.
    """
    first = _first_week(team)
    if first and first.computed_at >= since:
        began = _began(first, _measured_in(team))
        if began < since and _all_listed_since(team, began):
            since = began
    return History(since=since, now=now, zone=team.zone)


def known_since(team: Team, *, zone: ZoneInfo | None = None) -> datetime | None:
    """
    From when on the measured weeks are complete; None before the first measurement.

    :param zone: of the measurement, where it is known already; saves one of two statements.
    """
    first = _first_week(team)
    return _began(first, zone or _measured_in(team)) if first else None


def _all_listed_since(team: Team, moment: datetime) -> bool:
    selected = team.repositories.filter(is_selected=True)
    return all(repository.is_listed_since(moment) for repository in selected)


def _first_week(team: Team) -> TeamWeek | None:
    return TeamWeek.objects.filter(team=team).order_by("week_start").first()


def _measured_in(team: Team) -> ZoneInfo:
    """
    The zone of the stored weeks: until they are computed anew, not that of a team which has moved.

    Their first Monday began at that zone's midnight, and nothing before it is known.
    """
    measured = Measurement.objects.filter(team=team).exclude(time_zone="").first()
    return ZoneInfo(measured.time_zone) if measured else team.zone


def _began(first: TeamWeek, zone: ZoneInfo) -> datetime:
    return first.history_starts_at or Week(first.week_start, zone).starts_at
