"""Which repositories a team's numbers rest on: not always those that it has chosen now."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from apps.github.models import TrackedRepository
from apps.metrics.formulas import DEFINITIONS
from apps.metrics.models import Measurement
from apps.teams.models import Team

SyncStatus = TrackedRepository.SyncStatus


@dataclass(frozen=True)
class Coverage:
    """The repositories of the last measurement, by name; before the first one, the chosen ones."""

    repositories: tuple[TrackedRepository, ...]
    chosen: tuple[TrackedRepository, ...]  #: what the team wants to be read
    measured_at: datetime | None
    definitions: int = 0  #: the version of the formulas that the numbers were computed with
    zone: ZoneInfo | None = None  #: of the measured days and weeks; None before the first ones

    @property
    def ids(self) -> list[int]:
        return [repository.pk for repository in self.repositories]

    @property
    def is_as_chosen(self) -> bool:
        """False from another choice until the first numbers that rest on it."""
        return set(self.repositories) == set(self.chosen)

    @property
    def is_outdated(self) -> bool:
        """Counted by another version: what that did not keep is missing until counted anew."""
        return self.measured_at is not None and self.definitions != DEFINITIONS

    @property
    def stale(self) -> tuple[datetime, ...]:
        """Until when those are known that were read once and cannot be read now, oldest first."""
        failed = (one for one in self.repositories if one.sync_status == SyncStatus.FAILED)
        return tuple(sorted(one.last_synced_at for one in failed if one.last_synced_at))

    @property
    def never_read(self) -> int:
        """Of `repositories`: nothing of them is in any number."""
        return sum(
            one.last_synced_at is None
            and one.sync_status not in (SyncStatus.COMPLETED, SyncStatus.PARTIAL)
            for one in self.repositories
        )


def coverage_of(
    team: Team,
    *,
    measured: Measurement | None = None,
    rows_of: QuerySet[TrackedRepository] | None = None,
) -> Coverage:
    """
    In two statements.

    :param measured: the last measurement, where the page has read it already; saves the first.
    :param rows_of: repositories with what a page wants to know of each besides.
    """
    measured = measured or Measurement.objects.filter(team=team).first()
    ids = measured.repository_ids if measured else []
    known = TrackedRepository.objects.all() if rows_of is None else rows_of
    wanted = known.filter(Q(is_selected=True) | Q(pk__in=ids), team=team)
    rows = list(wanted.order_by("name_with_owner"))
    chosen = tuple(row for row in rows if row.is_selected)
    return Coverage(
        repositories=tuple(row for row in rows if row.pk in ids) if measured else chosen,
        chosen=chosen,
        measured_at=measured.computed_at if measured else None,
        definitions=measured.definitions if measured else 0,
        zone=ZoneInfo(measured.time_zone) if measured and measured.time_zone else None,
    )


def chosen_ids(team: Team) -> list[int]:
    selected = TrackedRepository.objects.filter(team=team, is_selected=True)
    return list(selected.order_by("pk").values_list("pk", flat=True))
