"""Measuring a team: every week of its history, and every member's, from one pass over its rows."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from apps.core.weeks import Week
from apps.github.models import Person
from apps.metrics.coverage import chosen_ids
from apps.metrics.facts import Facts, load
from apps.metrics.flows import flow_rows, replace_flows
from apps.metrics.formulas import DEFINITIONS
from apps.metrics.history import History, history_of
from apps.metrics.models import CountingRules, Measurement, MemberWeek, PullRequestFlow, TeamWeek
from apps.metrics.snapshots import active_people, snapshots
from apps.metrics.tally import Tallies, Tally, tally
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


def count(
    team: Team, *, since: datetime, now: datetime, on_read: Callable[[], None] = lambda: None
) -> Measured:
    """
    Compute every row; nothing is written.

    :param on_read: called once between reading and counting, which both may take seconds.
    """
    history = history_of(team, since=since, now=now)
    mondays = history.mondays()
    chosen = chosen_ids(team)
    pull_requests = load(team.pk, since=history.first_monday(), repositories=chosen)
    on_read()
    tallies = tally(pull_requests, history.week_of)
    missing = defaults_of(team)
    return Measured(
        team=team,
        repositories=chosen,
        weeks=team_weeks(team, mondays, tallies, history, pull_requests, missing),
        member_weeks=_member_weeks(team, mondays, tallies, now, missing),
        flows=flow_rows(team, pull_requests, now=now),
        now=now,
    )


def store(measured: Measured) -> None:
    """Make these rows the team's only ones; to be called in a transaction."""
    team = measured.team
    TeamWeek.objects.filter(team=team).delete()
    TeamWeek.objects.bulk_create(measured.weeks, batch_size=ROWS_A_STATEMENT)
    MemberWeek.objects.filter(team=team).delete()
    MemberWeek.objects.bulk_create(measured.member_weeks, batch_size=ROWS_A_STATEMENT)
    replace_flows(team, measured.flows)
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


def defaults_of(team: Team) -> dict[str, Any]:
    """Columns of a week in which nothing of their kind happened: with a rule, 0 hotfixes are 0."""
    rules = CountingRules.objects.filter(team=team).first()
    return {"hotfixes": 0} if rules and rules.hotfix_words else {}


def team_weeks(
    team: Team,
    mondays: Collection[date],
    tallies: Tallies,
    history: History,
    pull_requests: Collection[Facts],
    missing: Mapping[str, Any],
) -> list[TeamWeek]:
    """The team's rows of these weeks, not saved."""
    ends = {monday: min(Week(monday, team.zone).ends_at, history.now) for monday in mondays}
    at_the_end = snapshots(pull_requests, ends)
    active = active_people(tallies.members, mondays)
    return [
        TeamWeek(
            team=team,
            week_start=monday,
            history_starts_at=history.begins_within(monday),
            computed_at=history.now,
            active_people=active[monday],
            open_at_end=at_the_end[monday].open_at_end,
            drafts_at_end=at_the_end[monday].drafts_at_end,
            oldest_open_at=at_the_end[monday].oldest_open_at,
            **{**missing, **_columns(tallies.team.get(monday))},
        )
        for monday in mondays
    ]


def _columns(row: Tally | None) -> dict[str, Any]:
    return row.columns() if row else {}


def _member_weeks(
    team: Team,
    mondays: list[date],
    tallies: Tallies,
    now: datetime,
    missing: Mapping[str, Any],
) -> list[MemberWeek]:
    active = {person for person, _ in tallies.members}
    members = set(
        Person.objects.filter(team=team, is_member=True, kind=Person.Kind.USER).values_list(
            "pk", flat=True
        )
    )
    keys = set(tallies.members) | {(person, day) for person in active & members for day in mondays}
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
