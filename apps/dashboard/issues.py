"""Issues done each week, and how many merged pull requests belong to one: figures and chart."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.urls import reverse

from apps.core.weeks import Week
from apps.dashboard.charting import Boundary, Chart, Lane, Line, Series, Table, weekly
from apps.dashboard.filters import query_of
from apps.jira.done import done_between, known_since, linked_pull_requests
from apps.jira.models import JiraConnection, JiraProject
from apps.metrics.figures import Figure, count, share
from apps.metrics.selection.reading import Selection
from apps.metrics.selection.weeks import SelectedWeek, weeks
from apps.metrics.wording import in_words
from apps.teams.models import Team

NOTHING_DONE = "No issue was done in these weeks."
FAINT = "Faint: not a whole week, or still going on."
NO_PULL_REQUEST = "no pull request was merged"


@dataclass(frozen=True)
class Issues:
    connection: JiraConnection
    projects: tuple[str, ...]  #: their keys
    is_read: bool  #: all of them once, so that the numbers mean something
    done: Figure
    linked: Figure  #: share of merged pull requests
    chart: Chart


@dataclass(frozen=True)
class _Known:
    """What a week is asked about."""

    since: datetime | None  # all issues are read; None: not all yet
    until: date  # the day on which they were read last
    last_day: date  # that is looked at
    done: Counter[date]  # by the week's Monday
    merged: Counter[date]
    linked: Counter[date]
    undecided: Counter[date]  # merged since Jira was read: they may name one


def issues_of(team: Team, selection: Selection) -> Issues | None:
    """None where no Jira is connected, or no project chosen; in six statements."""
    connection = JiraConnection.objects.filter(team=team).first()
    keys = tuple(
        JiraProject.objects.filter(team=team).order_by("key").values_list("key", flat=True)
    )
    if connection is None or not keys:
        return None
    # What was never read to its end has no links yet.
    since = known_since(team) if connection.synced_at else None
    until = connection.synced_at or selection.since
    days = done_between(team, max(selection.since, since or selection.since), selection.until)
    known = _known(selection, days, linked_pull_requests(team), since=since, until=until)
    linked = (each.total() for each in (known.linked, known.merged, known.undecided))
    basis = selection.basis
    return Issues(
        connection=connection,
        projects=keys,
        is_read=since is not None,
        done=count(len(days), note=_read_until(known, known.last_day)).on(basis),
        linked=_share(*linked).on(basis),
        chart=_chart(team, selection, weeks(selection), known),
    )


def _known(
    selection: Selection,
    days: Sequence[datetime],
    linked: Collection[int],
    *,
    since: datetime | None,
    until: datetime,
) -> _Known:
    read_on = until.astimezone(selection.zone).date()
    merged = selection.part.merged
    unlinked = [row for row in merged if row.pull_request not in linked]
    return _Known(
        since=since,
        until=read_on,
        last_day=selection.until.astimezone(selection.zone).date(),
        done=Counter(Week.of(moment, selection.zone).monday for moment in days),
        merged=Counter(_monday(row.merged_on) for row in merged),
        linked=Counter(_monday(row.merged_on) for row in merged if row.pull_request in linked),
        undecided=Counter(
            _monday(row.merged_on)
            for row in unlinked
            if (row.merged_on or "") > read_on.isoformat()
        ),
    )


def _share(named: int, merged: int, undecided: int) -> Figure:
    if not merged:
        return share(0, 0, note=NO_PULL_REQUEST)
    note = f"{undecided} merged since Jira was read" if undecided else ""
    return share(named, merged, undecided=undecided, note=note)


def _read_until(known: _Known, day: date) -> str:
    """Empty where Jira was read on this day, or on the last of the period, or later."""
    return f"read until {known.until:%-d %b}" if known.until < min(day, known.last_day) else ""


def _monday(day: str | None) -> date:
    found = date.fromisoformat(day or "0001-01-01")
    return found - timedelta(days=found.weekday())


def _chart(team: Team, selection: Selection, shown: Sequence[SelectedWeek], known: _Known) -> Chart:
    done = tuple(_done(selection, week, known) for week in shown)
    linked = tuple(_linked(selection, week, known) for week in shown)
    table = reverse("dashboard:pull_requests", args=[team.slug])
    notes = tuple(_note(week, figure, known) for week, figure in zip(shown, done, strict=True))
    data = weekly(
        [week.monday for week in shown],
        lanes=[Lane("Issues done", tuple("" if f.value is None else in_words(f) for f in done))],
        series=[
            Series("merged", 0, tuple(f.value for f in done), tuple(bool(note) for note in notes))
        ],
        says=[
            [f"Week of {week.monday:%-d %b}", f"{in_words(figure)} done"]
            for week, figure in zip(shown, done, strict=True)
        ],
        links=[f"{table}{query_of(selection.chosen, week=week.monday)}" for week in shown],
        boundary=Boundary(known.since, selection.zone),  # of issues, not of pull requests
    )
    lines = [
        Line(f"{week.monday:%-d %b %Y}", (one, other), note)
        for week, one, other, note in zip(shown, done, linked, notes, strict=True)
    ]
    return Chart(
        key="issues",
        label="Issues done, week by week, as columns",
        data=data if any(figure.n for figure in done) else {},
        table=Table(("Week of", "Issues done", "Merged with an issue"), tuple(lines[::-1])),
        nothing=NOTHING_DONE,
        notes=(FAINT,),
    )


def _done(selection: Selection, week: SelectedWeek, known: _Known) -> Figure:
    ends = Week(week.monday, selection.zone).ends_at
    if known.since is None or ends <= known.since or week.monday > known.until:
        return Figure(value=None, n=0, unit="count").on(selection.basis)
    return count(known.done.get(week.monday, 0)).on(selection.basis)


def _linked(selection: Selection, week: SelectedWeek, known: _Known) -> Figure:
    counts = (each.get(week.monday, 0) for each in (known.linked, known.merged, known.undecided))
    return replace(_share(*counts), note="").on(selection.basis)


def _note(week: SelectedWeek, done: Figure, known: _Known) -> str:
    if done.value is None:
        return "not read"
    if cut := _read_until(known, week.monday + timedelta(days=6)):
        return cut
    if week.is_current:
        return "until today"
    return "" if week.is_whole else "not whole"
