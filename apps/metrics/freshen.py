"""Keeping numbers fresh between measurements: only the weeks that a change has touched."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from apps.core.weeks import Week
from apps.github.models import PullRequest, Review
from apps.llm.models import PullRequestAnalysis
from apps.metrics.facts import Facts, load, reverted_among
from apps.metrics.flows import flow_rows, update_flows
from apps.metrics.history import History, known_since
from apps.metrics.hooks import recounted
from apps.metrics.models import Measurement, MemberWeek, PullRequestFlow, TeamWeek
from apps.metrics.remeasure import outdated, remeasure, take_turn
from apps.metrics.snapshots import Openness, openness_of, stored_openness
from apps.metrics.tally import Tallies, tally
from apps.metrics.week_rows import (
    SNAPSHOT_COLUMNS,
    PersonWeek,
    add_snapshots,
    member_weeks,
    members_of,
    team_weeks,
)
from apps.teams.models import Team

#: With more weeks touched, all are counted anew: that is simpler, and then no dearer.
MOST_WEEKS = 6
#: With more pull requests to look at, too: each is a place in several statements, and of these
#: SQLite lets one have 32,766.
MOST_PULL_REQUESTS = 5_000

#: Fetched since it was counted, or never counted.
TOLD_ANEW = Q(flow=None) | ~Q(flow__fetched_at=F("fetched_at"))


def freshen(team: Team, *, now: datetime) -> int:
    """
    Bring the touched weeks up to date with the stored pull requests; how many had changed.

    What has changed is found in the rows: fetched again, judged otherwise, or never counted. What
    happened before the measured history, and nobody has touched since, is no change: a run that
    reads it measures at its end. Afterwards the rows are those of a measurement at `now`, for the
    same repositories and history.

    :raises Overtaken: somebody has measured meanwhile; try again.
    """
    last, since = Measurement.objects.filter(team=team).first(), known_since(team)
    if last is None or since is None:
        return 0
    if outdated().filter(pk=last.pk).exists():
        if remeasure(team, now=now):
            recounted.send_robust(sender=Team, team_id=team.pk)
        return 0
    history = History(since=since, now=now, zone=team.zone)
    known = _known(team, last, history)
    stale = set(_stale(known).values_list("pk", flat=True))
    counted = _counted_as_reverted(team)
    # A verdict reverts nothing: to look through all titles and messages is for what GitHub has told
    reverted = reverted_among(known) if known.filter(TOLD_ANEW).exists() else counted
    stale |= {pk for pk in reverted.keys() | counted.keys() if reverted.get(pk) != counted.get(pk)}
    involved, weeks = stale, set[date]()
    if len(stale) <= MOST_PULL_REQUESTS:
        weeks = _touched(team, stale, history)
        involved = {*stale, *_in_weeks(team, weeks, history)}
    if len(weeks) > MOST_WEEKS or len(involved) > MOST_PULL_REQUESTS:
        remeasure(team, now=now)
    elif involved or weeks:
        facts = load(
            team.pk,
            since=history.first_monday(),
            repositories=last.repository_ids,
            only=involved,
            reverted=reverted,
        )
        _replace(team, last, facts, Touched(stale, weeks), history)
    return len(stale)


@dataclass(frozen=True)
class Touched:
    """By the changes since the last measurement."""

    pull_requests: Collection[int]  #: primary keys
    weeks: Collection[date]


def _known(team: Team, last: Measurement, history: History) -> QuerySet[PullRequest]:
    since = history.first_monday()
    known = Q(updated_at__gte=since) | Q(merged_at__gte=since) | Q(state=PullRequest.State.OPEN)
    return PullRequest.objects.filter(known, team=team, repository__in=last.repository_ids)


def _stale(known: QuerySet[PullRequest]) -> QuerySet[PullRequest]:
    undecided = Value(PullRequestAnalysis.AiClass.UNDECIDED.value)
    return known.annotate(said=Coalesce("analysis__ai_class", undecided)).filter(
        TOLD_ANEW | ~Q(flow__ai_class=F("said"))
    )


def _counted_as_reverted(team: Team) -> dict[int, datetime]:
    """A revert changes the week of its original, whenever that was."""
    rows = PullRequestFlow.objects.filter(team=team, reverted_at__isnull=False)
    return {pk: at for pk, at in rows.values_list("pk", "reverted_at") if at}


def _touched(team: Team, stale: Collection[int], history: History) -> set[date]:
    """The weeks in which these pull requests count, or counted before."""
    moments = set(
        PullRequest.objects.filter(pk__in=stale, team=team).values_list("created_at", "merged_at")
    ) | set(
        PullRequestFlow.objects.filter(pk__in=stale, team=team).values_list(
            "created_at", "merged_at"
        )
    )
    reviewed = Review.objects.filter(pull_request__in=stale).values_list("submitted_at", flat=True)
    all_of_them = {at for pair in moments for at in pair if at} | set(reviewed)
    weeks = {history.week_of(at) for at in all_of_them}
    # The week that has begun since the last measurement has no row yet.
    return {week for week in weeks if week} | set(_missing(team, history))


def _missing(team: Team, history: History) -> list[date]:
    there = set(TeamWeek.objects.filter(team=team).values_list("week_start", flat=True))
    return [monday for monday in history.mondays() if monday not in there]


def _replace(
    team: Team, last: Measurement, facts: Collection[Facts], touched: Touched, history: History
) -> None:
    """:param facts: of all pull requests that count in the touched weeks, and of the touched."""

    def week_of(moment: datetime) -> date | None:
        monday = history.week_of(moment)
        return monday if monday in touched.weeks else None

    # All that takes long comes before the transaction: SQLite lets nobody else write during it.
    # Nobody changes these rows meanwhile without a new measurement, which `take_turn` notices.
    tallies = tally(facts, week_of)
    changed = flow_rows(
        team, [one for one in facts if one.pk in touched.pull_requests], now=history.now
    )
    work = openness_of(changed) + stored_openness(
        team.pk, since=history.first_monday(), but=touched.pull_requests
    )
    with transaction.atomic():
        take_turn(last, now=history.now)
        update_flows(changed)
        _replace_members(team, touched.weeks, tallies, history)
        _replace_weeks(team, touched.weeks, tallies, history)
        _add_snapshots(team, work, history)


def _in_weeks(team: Team, weeks: Collection[date], history: History) -> set[int]:
    """Pull requests that were opened, merged or reviewed in one of these weeks."""
    if not weeks:
        return set()
    found, reviewed = Q(), Q()
    for monday in weeks:
        week, sunday = Week(monday, history.zone), monday + timedelta(days=6)
        found |= Q(created_on__range=(monday, sunday)) | Q(merged_on__range=(monday, sunday))
        reviewed |= Q(submitted_at__gte=week.starts_at, submitted_at__lt=week.ends_at)
    flows = PullRequestFlow.objects.filter(found, team=team)
    reviews = Review.objects.filter(reviewed, pull_request__team=team)
    return {
        *flows.values_list("pk", flat=True),
        *reviews.values_list("pull_request_id", flat=True),
    }


def _replace_members(
    team: Team, weeks: Collection[date], tallies: Tallies, history: History
) -> None:
    rows = MemberWeek.objects.filter(team=team)
    kept = set(rows.exclude(week_start__in=weeks).values_list("member_id", "week_start"))
    active = {person for person, _ in _active(rows.exclude(week_start__in=weeks))}
    active |= {person for person, _ in tallies.members}
    members = active & members_of(team)
    every_week: set[PersonWeek] = {(one, day) for one in members for day in history.mondays()}
    rows.filter(week_start__in=weeks).delete()
    keys = (tallies.members.keys() | every_week) - kept
    MemberWeek.objects.bulk_create(
        member_weeks(team, keys, tallies, now=history.now), batch_size=500
    )
    # Who did something only in a week that has changed has no empty weeks any more.
    rows.filter(member__in={person for person, _ in kept} - active).delete()


def _active(rows: QuerySet[MemberWeek]) -> set[PersonWeek]:
    did = Q(opened__gt=0) | Q(merged__gt=0) | Q(reviews_given__gt=0)
    return set(rows.filter(did).values_list("member_id", "week_start"))


def _replace_weeks(team: Team, weeks: Collection[date], tallies: Tallies, history: History) -> None:
    rows = TeamWeek.objects.filter(team=team)
    rows.filter(week_start__in=weeks).delete()
    TeamWeek.objects.bulk_create(team_weeks(team, sorted(weeks), tallies.team, history))


def _add_snapshots(team: Team, work: Collection[Openness], history: History) -> None:
    """To every week: what was open, and who was active, changes with other weeks' work."""
    every_week = list(TeamWeek.objects.filter(team=team))
    active = _active(MemberWeek.objects.filter(team=team))
    add_snapshots(every_week, work=work, active=active, history=history)
    TeamWeek.objects.bulk_update(every_week, SNAPSHOT_COLUMNS)
