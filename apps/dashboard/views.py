"""The dashboard's pages: they only read."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from apps.accounts.http import AuthenticatedRequest
from apps.dashboard.banner import banner_of, closed_because_of
from apps.dashboard.compared import compared_of
from apps.dashboard.filter_form import form_of
from apps.dashboard.filters import filters_of, query_of
from apps.dashboard.freshness import version_of
from apps.dashboard.overview import overview_of
from apps.github.connecting.closed import possible_without_github
from apps.llm.spending import run_of
from apps.metrics.selection.reading import read
from apps.pipeline.machine import Status
from apps.pipeline.standing import standing_of
from apps.teams.access import is_admin, membership_of, team_of


@require_safe
@vary_on_headers("HX-Request")
def overview(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    The team's numbers, from the end of phase 1 on; before, the page that says how far it is.

    For htmx, whom the banner has told of new ones, the numbers alone.
    """
    beside = ("team__github", "team__jira", "team__summary", "team__measurement")
    membership = membership_of(request.user, slug, *beside)
    team, may_move = membership.team, membership.is_admin
    if team.phase1_completed_at is None:
        return redirect("onboarding:status", team.slug)
    standing = standing_of(team)
    closed_because = closed_because_of(team)
    possible = possible_without_github(standing) if closed_because else standing.can
    is_over = standing.status == Status.COMPLETE  # "Reload" is for a page that is older
    context = {
        "team": team,
        "ai_run": run_of(team),
        "summary": getattr(team, "summary", None),
        "overview": overview_of(team, request.GET, now=timezone.now()),
        "banner": None if is_over else banner_of(team, may_move=may_move),
        "closed_because": closed_because,
        "may_move": may_move,
        "has_jira": hasattr(team, "jira"),
        "may_choose": may_move and not standing.is_active,
        # What has failed is tried again from where it stopped, which updates as well.
        "may_update": may_move and "refresh" in possible and "retry" not in standing.can,
    }
    page = "dashboard/_numbers.html" if request.htmx else "dashboard/overview.html"
    return render(request, page, context)


@require_safe
@vary_on_headers("HX-Request")
def compared(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    AI against the rest, with the filters of the overview, which fetches it once it is in sight.

    It takes a statement and a while of its own, which the page with the other numbers need not wait
    for.
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
        "compared": compared_of(team, selection, now=now),
    }
    page = "dashboard/_compared.html" if request.htmx else "dashboard/compared.html"
    return render(request, page, context)


@require_safe
def banner(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    The banner's answer to its own polling; 204 while `?v=` names what it would say again.

    It also tells whether the numbers of the page, `?n=`, were counted again since. The last answer,
    after phase 2, tells to reload and has no trigger; the page then comes without.
    """
    team = team_of(request.user, slug)
    shown = banner_of(team, may_move=is_admin(request.user, team))
    if shown is None or request.GET.get("v") == shown.version:
        answer = HttpResponse(status=204)
    else:
        answer = render(request, "dashboard/_banner.html", {"team": team, "banner": shown})
    if request.GET.get("n", "") not in ("", version_of(team)):
        trigger_client_event(answer, "numbers")
    return answer
