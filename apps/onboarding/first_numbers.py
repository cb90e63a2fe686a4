"""What can be shown before the dashboard opens: counts that need neither a median nor the model."""

from django.utils import timezone

from apps.core.history import quick_start_days
from apps.metrics.headline import HEADLINE_DAYS
from apps.metrics.so_far import SoFar, so_far
from apps.pipeline.standing import Standing
from apps.teams.models import Team


def first_numbers_of(team: Team, standing: Standing) -> SoFar | None:
    """
    None once the dashboard shows more, and before anything is stored.

    Of no more days than are read before it opens: an installation may have it open after seven.
    """
    if standing.dashboard_is_open:
        return None
    read = quick_start_days() if team.pipeline_two_phase else HEADLINE_DAYS
    return so_far(team, now=timezone.now(), days=min(read, HEADLINE_DAYS))
