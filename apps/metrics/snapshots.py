"""What was the case when a week ended: how many pull requests were open, how many people active."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

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


def snapshots(
    pull_requests: Collection[Openness], ends: Mapping[date, datetime]
) -> dict[date, Snapshot]:
    """
    The snapshot of each Monday's week, taken at its end in `ends`.

    As far as it is known: GitHub has older pull requests that nobody has touched since the history
    begins. One that was closed and opened again counts by its last closing.
    """
    return {monday: _snapshot(pull_requests, end) for monday, end in ends.items()}


def _snapshot(pull_requests: Iterable[Openness], moment: datetime) -> Snapshot:
    still_open = [
        pr
        for pr in pull_requests
        if pr.created_at <= moment and (pr.closed_at is None or pr.closed_at > moment)
    ]
    return Snapshot(
        open_at_end=len(still_open),
        drafts_at_end=sum(pr.ready_at is None or pr.ready_at > moment for pr in still_open),
        oldest_open_at=min((pr.created_at for pr in still_open), default=None),
    )


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
