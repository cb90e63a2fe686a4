"""Above the list of teams: how many stand where, since when, and how many of them need somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.urls import reverse

from apps.pipeline.columns import STATUS
from apps.pipeline.machine import Status
from apps.pipeline.stuck import STUCK, TROUBLES, with_trouble
from apps.teams.admin.filters import ANY
from apps.teams.models import Team


@dataclass(frozen=True)
class Place:
    """The teams of one status."""

    label: str
    address: str  #: of the list of these teams
    teams: int
    oldest: datetime | None  #: since when the first of them has been there
    with_error: int
    stuck: int
    stuck_address: str


@dataclass(frozen=True)
class Overview:
    teams: int
    places: Sequence[Place]  #: of every status that a team has, in the order of the journey
    stuck: int
    stuck_address: str
    troubles: Sequence[tuple[str, int, str]]  #: label, teams, address of their list


def overview(*, now: datetime) -> Overview:
    """Two statements."""
    teams = with_trouble(Team.objects.all(), now=now)
    found = {
        row[STATUS]: row
        for row in teams.values(STATUS)
        .annotate(
            teams=Count("pk"),
            oldest=Min("in_status_since"),
            with_error=Count("pk", filter=~Q(onboarding_pipeline_error="")),
            stuck=Count("pk", filter=Q(trouble__in=STUCK)),
        )
        .order_by()
    }
    kept = dict(teams.values_list("trouble").annotate(teams=Count("pk")).order_by())
    places = [_place(status, found[status]) for status in Status if status in found]
    return Overview(
        teams=sum(place.teams for place in places),
        places=places,
        stuck=sum(place.stuck for place in places),
        stuck_address=_address(trouble=ANY),
        troubles=[
            (trouble.label, kept[name], _address(trouble=name))
            for name, trouble in TROUBLES.items()
            if name in kept
        ],
    )


def _place(status: Status, row: dict[str, object]) -> Place:
    of_status = {f"{STATUS}__exact": status.value}
    return Place(
        label=status.label,
        address=_address(**of_status),
        stuck_address=_address(**of_status, trouble=ANY),
        teams=row["teams"],  # type: ignore[arg-type]
        oldest=row["oldest"],  # type: ignore[arg-type]
        with_error=row["with_error"],  # type: ignore[arg-type]
        stuck=row["stuck"],  # type: ignore[arg-type]
    )


def _address(**query: str) -> str:
    return f"{reverse('admin:teams_team_changelist')}?{urlencode(query)}"
