"""What was the case when a week ended: how many pull requests were open, how many people active."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce

from apps.metrics.models import PullRequestFlow

ACTIVE_WEEKS = 4  # trailing ones, the week itself included


class Openness(NamedTuple):
    """From when to when a pull request was open; and from when it was no draft any more."""

    created_at: datetime
    closed_at: datetime | None
    ready_at: datetime | None


@dataclass(frozen=True)
class Snapshot:
    """At the end of a week, or now; of people's pull requests into default branches."""

    open_at_end: int
    drafts_at_end: int  #: of these: not called ready by then
    oldest_open_at: datetime | None


def openness_of(rows: Iterable[PullRequestFlow]) -> list[Openness]:
    """Of those that count as open work."""
    return [
        Openness(row.created_at, row.closed_at or row.merged_at, row.ready_at)
        for row in rows
        if row.is_by_person and row.is_to_default_branch
    ]


def stored_openness(team_id: int, *, since: datetime, but: Collection[int]) -> list[Openness]:
    """The same of the team's stored rows, but for some: of those that were open then, or later."""
    rows = PullRequestFlow.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=since),
        team=team_id,
        is_by_person=True,
        is_to_default_branch=True,
    )
    columns = ("pk", "created_at", Coalesce("closed_at", "merged_at"), "ready_at")
    found = rows.values_list(*columns).iterator()
    return [Openness(*moments) for pk, *moments in found if pk not in but]


def snapshots(
    pull_requests: Iterable[Openness], ends: Mapping[date, datetime]
) -> dict[date, Snapshot]:
    """
    The snapshot of each Monday's week, taken at its end in `ends`.

    As far as it is known: GitHub has older pull requests that nobody has touched since the history
    begins. One that was closed and opened again counts by its last closing. The cost grows with
    the ends at which each was open, not with all ends.
    """
    mondays = sorted(ends, key=lambda monday: ends[monday])
    moments = [ends[monday] for monday in mondays]
    opened, drafts = [0] * len(moments), [0] * len(moments)
    oldest: list[datetime | None] = [None] * len(moments)
    for created_at, closed_at, ready_at in pull_requests:
        closed = len(moments) if closed_at is None else bisect_left(moments, closed_at)
        for end in range(bisect_left(moments, created_at), closed):
            opened[end] += 1
            drafts[end] += ready_at is None or ready_at > moments[end]
            so_far = oldest[end]
            oldest[end] = created_at if so_far is None or created_at < so_far else so_far
    rows = map(Snapshot, opened, drafts, oldest)
    return dict(zip(mondays, rows, strict=True))


def active_people(active: Iterable[tuple[int, date]], mondays: Collection[date]) -> dict[date, int]:
    """
    How many people did something in the four weeks that end with each Monday's.

    :param active: person and Monday of each week in which that person opened or reviewed something
        or had something merged.
    """
    weeks: defaultdict[date, set[int]] = defaultdict(set)
    for person, monday in active:
        weeks[monday].add(person)
    return {
        monday: len(
            set().union(
                *(weeks.get(monday - timedelta(weeks=n), set()) for n in range(ACTIVE_WEEKS))
            )
        )
        for monday in mondays
    }
