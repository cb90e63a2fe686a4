"""Issues done each week, and how many merged pull requests belong to one: figures and chart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    done: Mapping[date, int]  # by the week's Monday
    merged: Mapping[date, int]
    linked: Mapping[date, int]


def issues_of(team: Team, selection: Selection) -> Issues | None:
    """None where no Jira is connected, or no project chosen; in six statements."""
    connection = JiraConnection.objects.filter(team=team).first()
    keys = tuple(
        JiraProject.objects.filter(team=team).order_by("key").values_list("key", flat=True)
    )
    if connection is None or not keys:
        return None
    since = known_since(team)
    start = max(selection.since, since or selection.since)
    days = done_between(team, start, selection.until)
    merged = selection.part.merged
    linked = linked_pull_requests(team)
    named = sum(row.pull_request in linked for row in merged)
    basis = selection.basis
    known = _Known(
        since=since,
        done=Counter(Week.of(moment, selection.zone).monday for moment in days),
        merged=Counter(_monday(row.merged_on) for row in merged),
        linked=Counter(_monday(row.merged_on) for row in merged if row.pull_request in linked),
    )
    return Issues(
        connection=connection,
        projects=keys,
        is_read=since is not None,
        done=count(len(days)).on(basis),
        linked=share(named, len(merged), note="" if merged else NO_PULL_REQUEST).on(basis),
        chart=_chart(team, selection, weeks(selection), known),
    )


def _monday(day: str | None) -> date:
    found = date.fromisoformat(day or "0001-01-01")
    return found - timedelta(days=found.weekday())


def _chart(team: Team, selection: Selection, shown: Sequence[SelectedWeek], known: _Known) -> Chart:
    done = tuple(_done(selection, week, known) for week in shown)
    linked = tuple(_linked(selection, week, known) for week in shown)
    table = reverse("dashboard:pull_requests", args=[team.slug])
    notes = tuple(_note(week, figure) for week, figure in zip(shown, done, strict=True))
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
    if known.since is None or ends <= known.since:
        return Figure(value=None, n=0, unit="count").on(selection.basis)
    return count(known.done.get(week.monday, 0)).on(selection.basis)


def _linked(selection: Selection, week: SelectedWeek, known: _Known) -> Figure:
    merged = known.merged.get(week.monday, 0)
    found = share(known.linked.get(week.monday, 0), merged)
    return found.on(selection.basis)


def _note(week: SelectedWeek, done: Figure) -> str:
    if done.value is None:
        return "not read"
    if week.is_current:
        return "until today"
    return "" if week.is_whole else "not whole"
