"""The ISO weeks of a selection, each with its figures: what columns and tables are drawn from."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from apps.core.weeks import Week
from apps.metrics.figures import Figure
from apps.metrics.selection import parts
from apps.metrics.selection.parts import Part
from apps.metrics.selection.reading import Selection


@dataclass(frozen=True)
class SelectedWeek:
    """
    One week, as far as it lies in the period. Its medians are of its pull requests.

    Only whole weeks that are over may be compared with each other.
    """

    monday: date
    label: str  #: "2026-W53"
    is_whole: bool  #: False where the period or what is known begins or ends within it
    is_current: bool  #: not over yet: "until today"
    is_known: bool  #: False: nobody has read it, so its zeros say nothing
    is_mature: bool  #: its revert rate does not change any more
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
    big: Figure  #: share of those with more than BIG_LINES changed lines
    review_rounds: Figure
    review_coverage: Figure
    reverted: Figure
    hotfixes: Figure  #: without a value where the team has no rule
    ai_assisted: Figure  #: classes A and B; its note says how many are not analysed
    ai_by_agents: Figure  #: class A, of these
    ai_suspected: Figure  #: class C, shown apart


def weeks(selection: Selection) -> tuple[SelectedWeek, ...]:
    """Every week that the period touches, empty ones too, oldest first. They add up to it."""
    found = _parts(selection)
    return tuple(_week(selection, monday, found[monday]) for monday in _mondays(selection))


def _mondays(selection: Selection) -> list[date]:
    first, last = selection.chosen.first_day, selection.chosen.last_day
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(weeks=n) for n in range((last - monday).days // 7 + 1)]


def _parts(selection: Selection) -> dict[date, Part]:
    found: defaultdict[date, Part] = defaultdict(selection.empty_part)
    mondays: dict[str, date] = {}
    for row in selection.rows:
        if row.opened_now:
            found[_monday(row.opened_on, mondays, selection)].add_opened(row)
        if row.merged_now and row.merged_on:
            found[_monday(row.merged_on, mondays, selection)].add_merged(row)
    return found


def _monday(text: str, known: dict[str, date], selection: Selection) -> date:
    """
    Of a day. What happened minutes after now, by another clock, happened today.

    Every day of the rows lies in the period, except while a team that has moved to another time
    zone waits to be measured.
    """
    if (monday := known.get(text)) is None:
        chosen = selection.chosen
        day = min(max(date.fromisoformat(text), chosen.first_day), chosen.last_day)
        monday = known[text] = day - timedelta(days=day.weekday())
    return monday


def _week(selection: Selection, monday: date, part: Part) -> SelectedWeek:
    week = Week(monday, selection.zone)
    basis, now = selection.basis, selection.now
    known_since = selection.known_since
    return SelectedWeek(
        monday=monday,
        label=str(week),
        is_whole=selection.since <= week.starts_at and week.ends_at <= selection.until,
        is_current=week.starts_at <= now < week.ends_at,
        is_known=known_since is not None and known_since < week.ends_at,
        is_mature=monday + timedelta(days=6) <= selection.mature_until,
        **{name: of(part).on(basis) for name, of in MEASURES.items()},
    )


MEASURES = {
    "opened": parts.opened,
    "merged": parts.merged,
    "merged_by_bots": parts.merged_by_bots,
    "cycle_time": parts.cycle_time,
    "coding_time": parts.coding_time,
    "pickup_time": parts.pickup_time,
    "review_time": parts.review_time,
    "merge_time": parts.merge_time,
    "unreviewed_wait": parts.unreviewed_wait,
    "size": parts.size,
    "big": parts.batch_share,
    "review_rounds": parts.review_rounds,
    "review_coverage": parts.review_coverage,
    "reverted": parts.revert_rate,
    "hotfixes": parts.hotfix_share,
    "ai_assisted": parts.ai_assisted,
    "ai_by_agents": parts.ai_by_agents,
    "ai_suspected": parts.ai_suspected,
}
