"""Whether the numbers on a page are still those of the last measurement."""

from datetime import datetime

from apps.metrics.models import Measurement
from apps.teams.models import Team

NEVER = "never"


def version_of(team: Team) -> str:
    """What a page shown now would carry. One statement."""
    measured = Measurement.objects.filter(team=team).values_list("computed_at", flat=True)
    return version_at(measured.first())


def version_at(measured_at: datetime | None) -> str:
    return measured_at.strftime("%Y%m%d%H%M%S%f") if measured_at else NEVER
