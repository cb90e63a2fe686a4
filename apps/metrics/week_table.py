"""The weeks of a team as pages and exports read them: figures that carry what they rest on."""

from dataclasses import dataclass
from datetime import date, datetime

from apps.core.weeks import Week
from apps.metrics.ai_share import ai_share
from apps.metrics.figures import Figure, count, share, stored_median
from apps.metrics.models import TeamWeek, WeekNumbers
from apps.metrics.wording import unclear_note, unread_note
from apps.teams.models import Team


@dataclass(frozen=True)
class WeekRow:
    """One ISO week. `label` is "2026-W53"; a week that is not whole is never compared."""

    monday: date
    label: str
    is_whole: bool  #: False in the first week where the history begins after its Monday
    is_current: bool  #: not over yet: "until today"
    opened: Figure
    merged: Figure
    merged_by_bots: Figure
    cycle_time: Figure
    coding_time: Figure
    pickup_time: Figure
    review_time: Figure
    merge_time: Figure
    unreviewed_wait: Figure
    size: Figure
    review_coverage: Figure
    reviews_given: Figure
    ai_assisted: Figure  #: classes A and B; its note says how many are not analysed
    ai_suspected: Figure  #: class C, shown apart


def weeks_of(team: Team, *, now: datetime) -> tuple[WeekRow, ...]:
    """
    Every week of the team's history, empty ones too, oldest first; one statement.

    Empty before the first measurement.
    """
    current = Week.of(now, team.zone).monday
    rows = TeamWeek.objects.filter(team=team).order_by("week_start")
    return tuple(_week_row(row, Week(row.week_start, team.zone), current) for row in rows)


def _week_row(row: TeamWeek, week: Week, current: date) -> WeekRow:
    asked, decided = row.merged + row.merged_by_agents, row.ai_decided
    return WeekRow(
        monday=row.week_start,
        label=str(week),
        is_whole=row.history_starts_at is None,
        is_current=row.week_start == current,
        opened=count(row.opened),
        merged=count(row.merged),
        merged_by_bots=count(row.merged_by_bots),
        cycle_time=_stored(row, "cycle_time", note=unclear_note(row.unclear_start)),
        coding_time=_stored(row, "coding_time", note=unclear_note(row.unclear_start)),
        pickup_time=_stored(row, "pickup_time"),
        review_time=_stored(row, "review_time"),
        merge_time=_stored(row, "merge_time"),
        unreviewed_wait=_stored(row, "unreviewed_wait"),
        size=stored_median(row.size, row.size_n, "lines"),
        review_coverage=share(
            row.reviewed, row.reviews_known, note=unread_note(row.merged - row.reviews_known)
        ),
        reviews_given=count(row.reviews_given),
        ai_assisted=ai_share(row.ai_assisted, decided=decided, of=asked),
        ai_suspected=ai_share(row.ai_suspected, decided=decided, of=asked),
    )


def _stored(row: WeekNumbers, name: str, *, note: str = "") -> Figure:
    return stored_median(getattr(row, name), getattr(row, f"{name}_n"), "seconds", note=note)
