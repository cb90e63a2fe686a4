"""From tallies to rows of TeamWeek and MemberWeek, not saved."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from apps.core.weeks import Week
from apps.github.models import Person
from apps.metrics.history import History
from apps.metrics.models import CountingRules, MemberWeek, TeamWeek
from apps.metrics.snapshots import Openness, active_people, snapshots
from apps.metrics.tally import Tallies, Tally
from apps.teams.models import Team

PersonWeek = tuple[int, date]

#: The columns that a change in one week may change in others.
SNAPSHOT_COLUMNS = ("active_people", "open_at_end", "drafts_at_end", "oldest_open_at")


def team_weeks(
    team: Team, mondays: Collection[date], tallies: Mapping[date, Tally], history: History
) -> list[TeamWeek]:
    """The team's rows of these weeks, without what `add_snapshots` adds."""
    missing = _nothing(team)
    return [
        TeamWeek(
            team=team,
            week_start=monday,
            history_starts_at=history.begins_within(monday),
            computed_at=history.now,
            **{**missing, **_columns(tallies.get(monday))},
        )
        for monday in mondays
    ]


def add_snapshots(
    weeks: Collection[TeamWeek],
    *,
    work: Collection[Openness],
    active: Collection[PersonWeek],
    history: History,
) -> None:
    """Fill in how many were active, and what was open, when each week ended, or now."""
    ends = {
        row.week_start: min(Week(row.week_start, history.zone).ends_at, history.now)
        for row in weeks
    }
    at_the_end, people = snapshots(work, ends), active_people(active, list(ends))
    for row in weeks:
        snapshot = at_the_end[row.week_start]
        row.active_people = people[row.week_start]
        row.open_at_end = snapshot.open_at_end
        row.drafts_at_end = snapshot.drafts_at_end
        row.oldest_open_at = snapshot.oldest_open_at


def member_weeks(
    team: Team, keys: Collection[PersonWeek], tallies: Tallies, *, now: datetime
) -> list[MemberWeek]:
    """A row of each person and week in `keys`, empty ones too."""
    missing = _nothing(team)
    return [
        MemberWeek(
            team=team,
            member_id=person,
            week_start=monday,
            computed_at=now,
            **{**missing, **_columns(tallies.members.get((person, monday)))},
        )
        for person, monday in sorted(keys)
    ]


def members_of(team: Team) -> set[int]:
    """Those of the organisation: an active one has a row in every week, also in empty ones."""
    rows = Person.objects.filter(
        team=team,
        is_member=True,
        kind=Person.Kind.USER,
        counts_as_bot=False,
        same_as=None,
    )
    return set(rows.values_list("pk", flat=True))


def _nothing(team: Team) -> dict[str, Any]:
    """Of a week in which nothing happened: with words for hotfixes, no hotfix is 0."""
    rules = CountingRules.objects.filter(team=team).first()
    return {"hotfixes": 0} if rules and rules.hotfix_words else {}


def _columns(row: Tally | None) -> dict[str, Any]:
    return row.columns() if row else {}
