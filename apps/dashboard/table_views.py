"""The pull requests behind the numbers, on a page and as a file."""

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.dashboard.filter_form import form_of
from apps.dashboard.filters import filters_of
from apps.dashboard.table import order_of, table_of
from apps.dashboard.table_csv import lines_of
from apps.metrics.coverage import coverage_of
from apps.metrics.selection.table import NEWEST, every_row
from apps.teams.access import team_of


@require_safe
def pull_requests(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """A page of them; the URL says which, and how they are sorted."""
    team = team_of(request.user, slug)
    if team.phase1_completed_at is None:
        return redirect("onboarding:status", team.slug)
    now, order = timezone.now(), order_of(request.GET)
    coverage = coverage_of(team)
    filters = filters_of(team, request.GET, now=now, coverage=coverage)
    context = {
        "team": team,
        "form": form_of(filters, sort="" if order.sort == NEWEST else order.sort),
        "table": table_of(team, filters.chosen, order, coverage=coverage, now=now),
        "complaint": order.complaint,
    }
    return render(request, "dashboard/pull_requests.html", context)


@require_safe
def pull_requests_csv(request: AuthenticatedRequest, slug: str) -> HttpResponseBase:
    """All of them, whatever the page."""
    team = team_of(request.user, slug)
    if team.phase1_completed_at is None:
        return redirect("onboarding:status", team.slug)
    now = timezone.now()
    chosen = filters_of(team, request.GET, now=now).chosen
    rows = every_row(team, chosen, now=now, sort=order_of(request.GET).sort)
    name = f"{team.slug}-pull-requests-{chosen.period.first_day}-to-{chosen.last_day}.csv"
    return StreamingHttpResponse(
        lines_of(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
