"""Measuring a team: every week of its history, and every member's, from one pass over its rows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from apps.core.changes import tell_changed
from apps.metrics.coverage import chosen_ids
from apps.metrics.facts import load
from apps.metrics.flows import flow_rows, replace_flows
from apps.metrics.formulas import DEFINITIONS
from apps.metrics.history import history_of
from apps.metrics.models import Measurement, MemberWeek, PullRequestFlow, TeamWeek
from apps.metrics.snapshots import openness_of
from apps.metrics.tally import tally
from apps.metrics.week_rows import add_snapshots, member_weeks, members_of, team_weeks
from apps.pipeline.claims import Claim
from apps.teams.models import Team

ROWS_A_STATEMENT = 500


@dataclass(frozen=True)
class Measured:
    """All rows of one pass, not saved yet."""

    team: Team
    repositories: list[int]  #: primary keys of those that were looked at
    weeks: list[TeamWeek]
    member_weeks: list[MemberWeek]
    flows: list[PullRequestFlow]
    now: datetime


def measure(claim: Claim, *, since: datetime, now: datetime) -> None:
    """
    Replace the team's weeks and its members' weeks by what the stored pull requests say.

    One row for every week from `since` (or from where an earlier run began, see `history_of`) to
    the current one, empty weeks too, in the team's time zone. A member of the organisation who did
    something has a row for each of these weeks; anybody else only for the weeks they touched, so
    that passers-by cost nothing. Rows of both kinds add up: members = team, weeks = window. And one
    row for each pull request (`PullRequestFlow`), from which pages compute.

    Reads with a constant number of statements. Old rows go and new ones come in one transaction: a
    page sees one generation or the other, and running it twice gives the same rows.
    """
    measured = count(claim.row, since=since, now=now, on_read=claim.heartbeat)
    with claim.batch():
        store(measured)
        # What has changed since it was read is counted soon after; there may be nothing.
        tell_changed(claim.row.pk)


def count(
    team: Team,
    *,
    since: datetime,
    now: datetime,
    repositories: Collection[int] | None = None,
    on_read: Callable[[], None] = lambda: None,
) -> Measured:
    """
    Compute every row; nothing is written.

    :param repositories: primary keys; None: those that the team has selected.
    :param on_read: called once between reading and counting, which both may take seconds.
    """
    history = history_of(team, since=since, now=now)
    mondays = history.mondays()
    looked_at = chosen_ids(team) if repositories is None else list(repositories)
    pull_requests = load(team.pk, since=history.first_monday(), repositories=looked_at)
    on_read()
    tallies = tally(pull_requests, history.week_of)
    flows = flow_rows(team, pull_requests, now=now)
    weeks = team_weeks(team, mondays, tallies.team, history)
    add_snapshots(weeks, work=openness_of(flows), active=tallies.members, history=history)
    active = {person for person, _ in tallies.members}
    every_week = {(person, day) for person in active & members_of(team) for day in mondays}
    return Measured(
        team=team,
        repositories=looked_at,
        weeks=weeks,
        member_weeks=member_weeks(team, tallies.members.keys() | every_week, tallies, now=now),
        flows=flows,
        now=now,
    )


def store(measured: Measured) -> None:
    """
    Make these rows the team's only ones; to be called in a transaction.

    The measurement's own row comes first: whoever else writes numbers of this team takes it first,
    too (`remeasure.take_turn`), and waits there. Later, each would hold rows that the other wants.
    """
    team = measured.team
    row = Measurement(
        team=team,
        repository_ids=measured.repositories,
        definitions=DEFINITIONS,
        time_zone=team.time_zone,
        computed_at=measured.now,
    )
    Measurement.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["team"],
        update_fields=["repository_ids", "definitions", "time_zone", "computed_at"],
    )
    TeamWeek.objects.filter(team=team).delete()
    TeamWeek.objects.bulk_create(measured.weeks, batch_size=ROWS_A_STATEMENT)
    MemberWeek.objects.filter(team=team).delete()
    MemberWeek.objects.bulk_create(measured.member_weeks, batch_size=ROWS_A_STATEMENT)
    replace_flows(team, measured.flows)
