"""Leaving out a step that a team need not take."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from apps.accounts.http import AuthenticatedRequest
from apps.onboarding.models import StepChoice
from apps.onboarding.optional import elsewhere_first, onwards, settle
from apps.teams.access import administered_team
from apps.teams.pace import paced


@require_POST
@paced("import")
def skip(request: AuthenticatedRequest, slug: str, step: str) -> HttpResponse:
    """Go on without it; it can be taken later, from the team's settings."""
    team = administered_team(request.user, slug)
    if step not in StepChoice.Step:
        raise Http404
    if (elsewhere := elsewhere_first(team)) is not None:
        return elsewhere
    settle(team, StepChoice.Step(step), StepChoice.Choice.SKIPPED)
    return onwards(team)
