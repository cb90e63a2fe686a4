"""The dashboard's part about issues: it only reads."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.http import AuthenticatedRequest
from apps.dashboard.filter_form import form_of
from apps.dashboard.filters import filters_of, query_of
from apps.dashboard.issues import issues_of
from apps.metrics.selection.reading import read
from apps.teams.access import is_admin, team_of


@require_safe
@vary_on_headers("HX-Request")
def issues(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    What is done in Jira beside what is merged, with the filters of the overview.

    The overview fetches it once it is in sight: its statements are not those of the other numbers.
    """
    team = team_of(request.user, slug)
    if team.phase1_completed_at is None:
        return redirect("onboarding:status", team.slug)
    now = timezone.now()
    filters = filters_of(team, request.GET, now=now)
    selection = read(team, filters.chosen, now=now, with_reviewers=False)
    context = {
        "team": team,
        "form": form_of(filters),
        "query": query_of(filters.chosen),
        "selection": selection,
        "issues": issues_of(team, selection),
        "may_change": is_admin(request.user, team),
    }
    page = "dashboard/_issues.html" if request.htmx else "dashboard/issues.html"
    return render(request, page, context)
