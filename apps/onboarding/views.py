"""The way in, one page a step: team, GitHub, repositories, and then the status of the import."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from apps.accounts.http import AuthenticatedRequest
from apps.onboarding.forms import TeamForm
from apps.onboarding.places import CONNECT, CREATE, STATUS, account_of, place_of, teams_of
from apps.onboarding.progress import progress_of
from apps.onboarding.words import VERBS
from apps.pipeline.machine import Status
from apps.pipeline.moves import MoveRefused, move
from apps.pipeline.recovery import recover, silence_of
from apps.teams.access import administered_team, is_admin, team_of
from apps.teams.founding import found_team

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Lead to where the visitor goes on; who has several teams chooses one."""
    teams = teams_of(request.user)
    if not teams:
        return redirect(CREATE)
    if len(teams) == 1:
        return redirect(place_of(teams[0]), teams[0].slug)
    places = [(team, reverse(place_of(team), args=[team.slug])) for team in teams]
    return render(request, "onboarding/teams.html", {"places": places})


@form_page
def create_team(request: AuthenticatedRequest) -> HttpResponse:
    """Step 1: found a team, with the visitor as its admin."""
    form = TeamForm(request.POST or None)
    if form.is_valid():
        team = found_team(founder=request.user, **form.cleaned_data)
        return redirect(CONNECT, team.slug)
    return render(request, "onboarding/create_team.html", {"form": form})


@form_page
def connect(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    raise Http404


@form_page
def repositories(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    raise Http404


@require_GET
@vary_on_headers("HX-Request")  # one URL, two answers: caches must tell them apart
def status(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    Show how far the import is: the page, or for htmx only what changes in it.

    The fragment polls this same URL and names what it shows by `?v=`; 204 says that it is still
    true. A poll that finds the row silent has recovery send it again: a watched import does not
    wait for the timetable.
    """
    team = team_of(request.user, slug)
    if team.onboarding_pipeline_status == Status.NOT_STARTED:
        return redirect(place_of(team), team.slug)
    if silence_of(team, timezone.now()) and recover(team_id=team.pk, actor="status page"):
        team.refresh_from_db()
    progress = progress_of(team, account=account_of(team), may_move=is_admin(request.user, team))
    if request.htmx and request.GET.get("v") == progress.version:
        return HttpResponse(status=204)
    template = "onboarding/_status.html" if request.htmx else "onboarding/status.html"
    return render(request, template, {"team": team, "progress": progress})


@require_POST
def move_import(request: AuthenticatedRequest, slug: str, verb: str) -> HttpResponse:
    """Pause, resume, cancel or retry. Where the status forbids it, say so and change nothing."""
    team = administered_team(request.user, slug)
    if verb not in VERBS:
        raise Http404
    try:
        move(team.pk, verb, actor=request.user.get_username())
    except MoveRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, VERBS[verb].done)
    return redirect(STATUS, team.slug)
