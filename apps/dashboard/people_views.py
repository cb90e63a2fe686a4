"""People's own pages: each is seen by that person and the team's admins."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.dashboard.counting import knows_members, searched
from apps.dashboard.filter_form import form_of
from apps.dashboard.filters import filters_of
from apps.dashboard.member import member_page
from apps.dashboard.people import people_of, shown_to
from apps.github.own_accounts import account_of
from apps.metrics.coverage import coverage_of
from apps.teams.access import is_admin, team_of


@require_safe
def people(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Admins see everybody's name, members are led to their own page."""
    team = team_of(request.user, slug)
    if team.phase1_completed_at is None:
        return redirect("onboarding:status", team.slug)
    may_see_all = is_admin(request.user, team)
    own = account_of(team, request.user.pk)
    if own and not may_see_all:
        return redirect("dashboard:member", team.slug, own.pk)
    search, page = searched(request.GET.get("q", "")), request.GET.get("page", "")
    shown = people_of(team, search=search, page=page) if may_see_all else None
    context = {"team": team, "shown": shown, "own": own, "knows_members": knows_members(team)}
    return render(request, "dashboard/people.html", context)


@require_safe
def member(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """
    One person's numbers of the days in the URL.

    :raises Http404: for others' as for nobody's.
    """
    team = team_of(request.user, slug)
    if team.phase1_completed_at is None:
        return redirect("onboarding:status", team.slug)
    person = shown_to(request.user, team, pk)
    if person is None:
        raise Http404
    if person.pk != pk:
        return redirect("dashboard:member", team.slug, person.pk)
    now, coverage = timezone.now(), coverage_of(team)
    filters = filters_of(team, request.GET, now=now, coverage=coverage)
    context = {
        "team": team,
        "member": member_page(team, person, filters.chosen.period, coverage=coverage, now=now),
        "form": form_of(filters),
        "may_see_all": is_admin(request.user, team),
    }
    return render(request, "dashboard/member.html", context)
