"""Step 3: Jira, which a team need not take."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.onboarding.models import StepChoice
from apps.onboarding.optional import elsewhere_first, page_of
from apps.teams.access import administered_team


@require_safe
def jira(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Connect Jira, or go on without it."""
    team = administered_team(request.user, slug)
    if (elsewhere := elsewhere_first(team)) is not None:
        return elsewhere
    return render(request, "onboarding/jira.html", page_of(team, StepChoice.Step.JIRA))
