"""A team's last whole week, against the one before, and the insights that are new since then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from apps.core.mails import one_line, public_url
from apps.core.weeks import Week
from apps.insights.models import Insight
from apps.metrics.figures import Figure
from apps.metrics.selection import parts
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.parts import Part as PullRequests
from apps.metrics.selection.period import between, days_in_words
from apps.metrics.selection.reading import Selection, read
from apps.notifications.said import Line, Occasion, Part, Said
from apps.notifications.saying.numbers import line, plural
from apps.teams.models import Team

FINDINGS_SHOWN = 5
ENOUGH = 6  # merged pull requests, below which no median is said
WHY = "You get this on Mondays, because you are a member of the team at Mergelight."


def weekly(occasion: Occasion) -> Said:
    team, name = occasion.team, one_line(occasion.team.name)
    week = week_before(team, monday_of(occasion))
    selection = week_of(team, week, now=occasion.now)
    now, then = selection.part, selection.before
    merged = parts.merged(now)
    told = f"{merged.value:.0f} merged last week"
    if then is not None:
        told += f", {len(then.merged)} the week before"
    days = days_in_words(week.monday, week.monday + timedelta(days=6))
    return Said(
        subject=one_line(f"{name}: {told}"),
        heading=f"{name}, {days}",
        lead=_honestly(selection),
        button="Open the dashboard",
        url=f"{public_url('dashboard:overview', team.slug)}",
        why=WHY,
        basis=(
            f"Pull requests of people into default branches, from {selection.repositories_read} of "
            f"{selection.repositories_selected} repositories; days of {team.time_zone}:"
        ),
        columns=("Last week", "The week before" if then is not None else ""),
        lines=_lines(now, then),
        parts=_new_insights(team, week),
    )


def has_news(team: Team, monday: date, *, now: datetime) -> bool:
    """Whether anything was opened or merged in the week before this Monday, by anybody."""
    part = week_of(team, week_before(team, monday), now=now).part
    return bool(part.merged or part.opened or part.merged_by_bots)


def week_before(team: Team, monday: date) -> Week:
    return Week(monday - timedelta(days=7), team.zone)


def week_of(team: Team, week: Week, *, now: datetime) -> Selection:
    """All that counts in one whole week; what is compared is the week before it."""
    period = between(team.zone, week.monday, week.monday + timedelta(days=6), now)
    return read(team, Chosen(period=period), now=now, with_reviewers=False)


def key_of(monday: date) -> int:
    """A Monday as the number that a row keeps: 20261123."""
    return int(f"{monday:%Y%m%d}")


def monday_of(occasion: Occasion) -> date:
    """The Monday that the row keeps; without one, that of this week."""
    if occasion.run < key_of(date(2000, 1, 1)):
        return Week.of(occasion.now, occasion.team.zone).monday
    return datetime.strptime(str(occasion.run), "%Y%m%d").date()  # noqa: DTZ007 - a day of no zone


def _lines(now: PullRequests, then: PullRequests | None) -> tuple[Line, ...]:
    told: tuple[tuple[str, Callable[[PullRequests], Figure]], ...] = (
        ("Opened", parts.opened),
        ("Merged", parts.merged),
        ("Median cycle time", parts.cycle_time),
        ("Median wait for the first review", parts.pickup_time),
        ("Reviewed by a person", parts.review_coverage),
        ("AI-assisted", parts.ai_assisted),
    )
    return tuple(
        _with_n(line(label, figure(now), before), figure(now), before)
        for label, figure in told
        for before in [None if then is None or label == "Opened" else figure(then)]
    )


def _with_n(said: Line, figure: Figure, before: Figure | None) -> Line:
    """A median says of how many it is; counts and shares say it already."""
    if figure.unit != "seconds":
        return said
    note = f"of {figure.n}" if figure.value is not None and not figure.is_thin else ""
    then = said.before
    if before is not None and before.value is not None and not before.is_thin:
        then = f"{then}, of {before.n}"
    return replace(said, note=", ".join(filter(None, (note, said.note))), before=then)


def _honestly(selection: Selection) -> tuple[str, ...]:
    """What the numbers cannot say."""
    n = len(selection.part.merged)
    said = []
    if n == 0:
        said.append("No pull request of a person was merged in this week.")
    elif n < ENOUGH:
        only = f"Only {plural(n, 'pull request')} {'was' if n == 1 else 'were'} merged"
        said.append(f"{only}: too few for a median, so each value is shown.")
    else:
        said.append(f"{n} pull requests were merged. A line that rests on fewer says on how many.")
    if selection.before is None:
        said.append(f"There is no comparison. {selection.no_comparison}")
    elif len(selection.before.merged) < ENOUGH:
        fewer = plural(len(selection.before.merged), "pull request")
        said.append(f"The week before had {fewer}: too few to compare medians with.")
    return tuple(said)


def _new_insights(team: Team, week: Week) -> tuple[Part, ...]:
    new = Insight.objects.filter(team=team, first_seen_at__gte=week.starts_at).open()
    rows = list(new.order_by("rule"))
    if not rows:
        return ()
    shown = tuple(each.sentence for each in rows[:FINDINGS_SHOWN])
    rest = len(rows) - len(shown)
    more = (f"and {plural(rest, 'other')} on the dashboard",) if rest > 0 else ()
    return (Part(f"New since Monday, {week.monday:%-d %b}", (*shown, *more)),)
