"""Jira, in step 3 and in the team's settings: sign in, choose a site and projects, let go."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST, require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.core.leaving import leads_to
from apps.github.api.patience import FOR_A_LIST, FOR_A_PAGE, at_most
from apps.jira import client as jira
from apps.jira import oauth
from apps.jira.connections import (
    MOST_CHOSEN,
    adopt,
    ask_to_read,
    choose_projects,
    choose_site,
    connection_of,
    disconnect,
)
from apps.jira.errors import JiraError
from apps.jira.models import JiraConnection, JiraProject
from apps.jira.payloads import Project
from apps.onboarding import jira_page, visits
from apps.onboarding.leaving import leave, not_expected
from apps.onboarding.models import StepChoice
from apps.onboarding.optional import elsewhere_first, onwards, page_of, settle
from apps.onboarding.places import JIRA, SETTINGS
from apps.onboarding.visits import Purpose, VisitRefused
from apps.teams.access import administered_team, is_admin, team_of
from apps.teams.models import Team
from apps.teams.pace import paced

CALLBACK = "onboarding:jira_callback"
DENIED = "Atlassian was not told to let Mergelight in, so nothing has changed."
FAILED = "Atlassian has not let Mergelight in. Please begin again."
NO_SITE = "Whoever signed in at Atlassian may read no Jira there. Sign in as somebody who may."
CONNECTED = "Jira is connected. Choose the projects that your team works in."
CHOSEN = "The issues of {} are being read. This takes a moment, and nothing waits for it."
NONE_CHOSEN = "Choose one project at least."
TOO_MANY = f"Choose {MOST_CHOSEN} projects at most."
STRANGE = "Jira shows no such project. Choose from the list."
READING = "Jira is being read again."
DISCONNECTED = "Jira is disconnected, and what was read of it is deleted."
NOT_REVOKED = (
    " Atlassian has not confirmed that it has ended the access: you can end it yourself at "
    "id.atlassian.com, under “Connected apps”."
)


@require_safe
@leads_to("JIRA_FORM_TARGETS")
def jira_step(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Step 3: connect Jira and choose projects, or go on without it."""
    team = administered_team(request.user, slug)
    if (elsewhere := elsewhere_first(team)) is not None:
        return elsewhere
    page = page_of(team, StepChoice.Step.JIRA) | {"may_change": True, "place": "step"}
    return render(request, "onboarding/jira.html", page | jira_page.page_of(team, request.GET))


@require_safe
@leads_to("JIRA_FORM_TARGETS")
def settings_jira(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The same in the team's settings; whoever is no admin sees how it stands."""
    team = team_of(request.user, slug)
    may_change = is_admin(request.user, team)
    shown = jira_page.page_of(team, request.GET) if may_change else jira_page.standing_of(team)
    context = {"team": team, "may_change": may_change, "place": "settings"}
    return render(request, "teams/settings_jira.html", context | shown)


@require_POST
@paced("jira")
def connect(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Leave for Atlassian, which asks whoever is signed in there."""
    team = administered_team(request.user, slug)
    if not oauth.is_configured():
        raise Http404
    visit = leave(request, team, Purpose.JIRA, back=CALLBACK)
    return redirect(oauth.authorize_url(state=visit.state, redirect_uri=visit.redirect_uri))


@require_GET
def callback(request: AuthenticatedRequest) -> HttpResponse:
    """Who has been asked at Atlassian comes back here, with a code or without."""
    try:
        state = request.GET.get("state", "")
        visit = visits.end(request.session, state, Purpose.JIRA, user=request.user)
    except VisitRefused as exc:
        return not_expected(request, "Atlassian", exc)
    team = administered_team(request.user, visit.slug)
    code = request.GET.get("code", "")
    if not code:
        denied = request.GET.get("error") == "access_denied"
        messages.error(request, DENIED if denied else FAILED)
        return _to(visit.place, team)
    try:
        with at_most(FOR_A_PAGE):
            grant = oauth.exchange(code, redirect_uri=visit.redirect_uri)
            sites = jira.sites(grant.token)
    except JiraError as exc:
        messages.error(request, jira_page.on_a_page(exc))
        return _to(visit.place, team)
    if not sites:
        messages.error(request, NO_SITE)
        return _to(visit.place, team)
    adopt(team, grant, sites, user=request.user)
    messages.success(request, CONNECTED)
    return _to(visit.place, team)


@require_POST
@paced("jira")
def choose_a_site(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Which of several Jiras; only one that the sign-in may read."""
    team, connection = _connected(request, slug)
    try:
        with at_most(FOR_A_PAGE):
            sites = {site.cloud_id: site for site in jira_page.sites_of(connection)}
    except JiraError as exc:
        messages.error(request, jira_page.on_a_page(exc))
    else:
        if site := sites.get(request.POST.get("site", "")):
            choose_site(connection, site)
    return _back(request, team)


@require_POST
@paced("jira")
def choose(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Read these projects from now on, and no others."""
    team, connection = _connected(request, slug)
    if not connection.cloud_id:
        return _back(request, team)
    wanted = set(request.POST.getlist("projects"))
    try:
        with at_most(FOR_A_LIST):
            chosen, refusal = _chosen(team, connection, wanted)
    except JiraError as exc:
        chosen, refusal = [], jira_page.on_a_page(exc)
    if refusal:
        messages.error(request, refusal)
        return _back(request, team)
    choose_projects(connection, chosen)
    settle(team, StepChoice.Step.JIRA, StepChoice.Choice.DONE)
    names = ", ".join(project.key for project in sorted(chosen, key=lambda each: each.key)[:5])
    more = f" and {len(chosen) - 5} more" if len(chosen) > 5 else ""
    messages.success(request, CHOSEN.format(names + more))
    is_step = request.POST.get("place") != "settings"
    return onwards(team) if is_step else _back(request, team)


def _chosen(team: Team, connection: JiraConnection, wanted: set[str]) -> tuple[list[Project], str]:
    """The projects, or why not; what is chosen already need not be on the list of a search."""
    if not wanted:
        return [], NONE_CHOSEN
    if len(wanted) > MOST_CHOSEN:
        return [], TOO_MANY
    known = {
        each.jira_id: Project(each.jira_id, each.key, each.name)
        for each in JiraProject.objects.filter(team=team)
    }
    if wanted - known.keys():
        known |= {each.jira_id: each for each in jira_page.offered_by(connection)}
    if strange := wanted - known.keys():
        known |= jira_page.looked_up(connection, strange)
    if wanted - known.keys():
        return [], STRANGE
    return [known[each] for each in wanted], ""


@require_POST
@paced("jira")
def read_now(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Read what has changed, now."""
    team, connection = _connected(request, slug)
    ask_to_read(connection)
    messages.success(request, READING)
    return _back(request, team)


@require_POST
@paced("jira")
def let_go(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Disconnect Jira; the step stays behind the team."""
    team = administered_team(request.user, slug)
    if connection_of(team) is not None:
        revoked = disconnect(team)
        messages.success(request, DISCONNECTED + ("" if revoked else NOT_REVOKED))
    return _back(request, team)


def _connected(request: AuthenticatedRequest, slug: str) -> tuple[Team, JiraConnection]:
    team = administered_team(request.user, slug)
    connection = connection_of(team)
    if connection is None:
        raise Http404
    return team, connection


def _back(request: AuthenticatedRequest, team: Team) -> HttpResponse:
    """To the page that the form was on."""
    return _to(request.POST.get("place", ""), team)


def _to(place: str, team: Team) -> HttpResponse:
    return redirect(SETTINGS[StepChoice.Step.JIRA] if place == "settings" else JIRA, team.slug)
