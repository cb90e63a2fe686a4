"""What can be shown before the dashboard opens: counts that need neither a median nor the model."""

from django.utils import timezone

from apps.metrics.so_far import SoFar, so_far
from apps.pipeline.standing import Standing
from apps.teams.models import Team


def first_numbers_of(team: Team, standing: Standing) -> SoFar | None:
    """None once the dashboard shows more, and before anything is stored."""
    return None if standing.dashboard_is_open else so_far(team, now=timezone.now())
