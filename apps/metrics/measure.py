"""Measuring a team: every week of its history, and every member's, from one pass over its rows."""

from datetime import date, datetime

from apps.github.models import Person
from apps.metrics.coverage import chosen_ids
from apps.metrics.facts import load
from apps.metrics.history import History, history_of
from apps.metrics.models import Measurement, MemberWeek, TeamWeek
from apps.metrics.tally import Tallies, Tally, tally
from apps.pipeline.claims import Claim
from apps.teams.models import Team

ROWS_A_STATEMENT = 500


def measure(claim: Claim, *, since: datetime, now: datetime) -> None:
    """
    Replace the team's weeks and its members' weeks by what the stored pull requests say.

    One row for every week from `since` (or from where an earlier run began, see `history_of`) to
    the current one, empty weeks too, in the team's time zone. A member of the organisation who did
    something has a row for each of these weeks; anybody else only for the weeks they touched, so
    that passers-by cost nothing. Rows of both kinds add up: members = team, weeks = window.

    Reads with a constant number of statements. Old rows go and new ones come in one transaction: a
    page sees one generation or the other, and running it twice gives the same rows.
    """
    team: Team = claim.row
    history = history_of(team, since=since, now=now)
    mondays = history.mondays()
    chosen = chosen_ids(team)
    pull_requests = load(team.pk, since=history.first_monday(), repositories=chosen)
    claim.heartbeat()
    tallies = tally(pull_requests, history.week_of)
    team_weeks = [_team_week(team, monday, tallies.team, history) for monday in mondays]
    member_weeks = _member_weeks(team, mondays, tallies, now)
    with claim.batch():
        TeamWeek.objects.filter(team=team).delete()
        TeamWeek.objects.bulk_create(team_weeks, batch_size=ROWS_A_STATEMENT)
        MemberWeek.objects.filter(team=team).delete()
        MemberWeek.objects.bulk_create(member_weeks, batch_size=ROWS_A_STATEMENT)
        Measurement.objects.bulk_create(
            [Measurement(team=team, repository_ids=chosen, computed_at=now)],
            update_conflicts=True,
            unique_fields=["team"],
            update_fields=["repository_ids", "computed_at"],
        )


def _team_week(team: Team, monday: date, tallies: dict[date, Tally], history: History) -> TeamWeek:
    columns = tallies[monday].columns() if monday in tallies else {}
    return TeamWeek(
        team=team,
        week_start=monday,
        history_starts_at=history.begins_within(monday),
        computed_at=history.now,
        **columns,
    )


def _member_weeks(
    team: Team, mondays: list[date], tallies: Tallies, now: datetime
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
            **(tallies.members[person, monday].columns()),
        )
        for person, monday in sorted(keys)
    ]
