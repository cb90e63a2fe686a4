"""The numbers above everything else: the last 30 days of a team, as mails and insights say them."""

from dataclasses import dataclass
from datetime import datetime

from apps.metrics.coverage import Coverage
from apps.metrics.figures import Figure
from apps.metrics.selection import parts
from apps.metrics.selection.chosen import Chosen
from apps.metrics.selection.period import last_days
from apps.metrics.selection.reading import Selection, read
from apps.teams.models import Team

HEADLINE_DAYS = 30


@dataclass(frozen=True)
class Headline:
    """
    What was merged in `[since, until]`, by people into default branches, and what it rests on.

    The dashboard's cards without a filter are these same figures. Medians are of pull requests,
    never of weeks.
    """

    since: datetime  #: later than 30 days ago where the history is shorter
    until: datetime
    repositories: int  #: that the present run has read
    repositories_selected: int  #: when the numbers were measured
    coverage: Coverage  #: the repositories that all this was counted in
    merged: Figure
    merged_by_bots: Figure
    cycle_time: Figure
    pickup_time: Figure
    review_coverage: Figure
    ai_assisted: Figure  #: classes A and B; coding agents' own ones are among them
    ai_suspected: Figure  #: class C, shown apart


def headline(team: Team, *, now: datetime, days: int = HEADLINE_DAYS) -> Headline:
    """
    The headline at `now`, of what was measured last; a constant number of statements.

    Before the first measurement nothing was merged.
    """
    chosen = Chosen(period=last_days(team.zone, days, now))
    return headline_of(read(team, chosen, now=now, with_reviewers=False))


def headline_of(selection: Selection) -> Headline:
    """The headline of whatever was selected, without another statement."""
    part, basis = selection.part, selection.basis
    return Headline(
        since=selection.since,
        until=selection.until,
        repositories=basis.repositories,
        repositories_selected=basis.repositories_selected,
        coverage=selection.coverage,
        merged=parts.merged(part).on(basis),
        merged_by_bots=parts.merged_by_bots(part).on(basis),
        cycle_time=parts.cycle_time(part).on(basis),
        pickup_time=parts.pickup_time(part).on(basis),
        review_coverage=parts.review_coverage(part).on(basis),
        ai_assisted=parts.ai_assisted(part).on(basis),
        ai_suspected=parts.ai_suspected(part).on(basis),
    )
