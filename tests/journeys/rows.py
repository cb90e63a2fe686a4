"""A team's rows and its log as values that two runs can be compared by."""

from apps.operations.bench.chaos.fingerprint import rows_of
from apps.pipeline.models import PipelineTransition
from apps.teams.models import Team

__all__ = ["journey_of", "rows_of", "tickets_of"]


def journey_of(team: Team) -> list[tuple[str, str]]:
    """The real transitions of a team's log, in order: (source, target)."""
    log = PipelineTransition.objects.filter(team=team).order_by("ticket")
    return [(row.source, row.target) for row in log if row.source != row.target]


def tickets_of(team: Team) -> list[int]:
    log = PipelineTransition.objects.filter(team=team).order_by("ticket")
    return list(log.values_list("ticket", flat=True))
