"""The way in, one page a step: team, GitHub, repositories, and then the status of the import."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.http import AuthenticatedRequest
from apps.github.connections import connect as connect_to_github
from apps.github.errors import GitHubError, GitHubTokenRejected
from apps.github.models import Connection
from apps.onboarding.choosing import begin, chosen_before, offer_of
from apps.onboarding.forms import ConnectForm, RepositoriesForm, TeamForm
from apps.onboarding.founding import team_for
from apps.onboarding.places import CONNECT, CREATE, STATUS, connection_of, place_of, teams_of
from apps.onboarding.pressing import go_on, press
from apps.onboarding.progress import facts_of, progress_of
from apps.onboarding.words import VERBS, state_in_words
from apps.pipeline.machine import Status
from apps.pipeline.recovery import recover, silence_of
from apps.pipeline.standing import standing_of
from apps.teams.access import administered_team, is_admin, team_of
from apps.teams.models import Team

#: The name that a demo fills in for its visitor.
DEMO_NAME = "Northwind Labs"
NOT_ACCEPTED = (
    "GitHub does not accept this token: it is mistyped, revoked or expired. "
    "Copy it again, or make a new one."
)
ACCEPTED = "GitHub accepts the new token."
IN_USE = "It is used from now on."

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Lead to where the visitor goes on; who has several teams chooses one."""
    teams = teams_of(request.user)
    if not teams:
        return redirect(CREATE)
    if len(teams) == 1:
        return redirect(place_of(teams[0]), teams[0].slug)
    places = [
        (
            team,
            reverse(place_of(team), args=[team.slug]),
            state_in_words(standing_of(team), two_phase=team.pipeline_two_phase),
        )
        for team in teams
    ]
    return render(request, "onboarding/teams.html", {"places": places})


@form_page
def create_team(request: AuthenticatedRequest) -> HttpResponse:
    """Step 1: found a team, with the visitor as its admin; done twice, it is still one team."""
    initial = {"name": DEMO_NAME} if settings.DEMO_MODE else None
    form = TeamForm(request.POST or None, initial=initial)
    if form.is_valid():
        team = team_for(request.user, **form.cleaned_data)
        return redirect(place_of(team), team.slug)
    return render(request, "onboarding/create_team.html", {"form": form})


@form_page
def connect(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    Step 2: a token for GitHub, checked there at once; later, another one in its place.

    A team that reads an account already keeps it: the new token has to see it too.
    """
    team = administered_team(request.user, slug)
    connection = connection_of(team)
    form = ConnectForm(request.POST or None)
    if form.is_valid():
        account = connection.account_login if connection and team.repositories.exists() else ""
        try:
            connect_to_github(team, token=form.cleaned_data["token"], account_login=account)
        except GitHubTokenRejected:
            form.add_error("token", NOT_ACCEPTED)
        except GitHubError as exc:
            form.add_error("token", str(exc))
        else:
            return redirect(_after_connecting(request, team), team.slug)
    context = {
        "team": team,
        "form": form,
        "connection": connection,
        "is_demo": settings.DEMO_MODE,
        "demo_token": settings.DEMO_TOKEN if settings.DEMO_MODE and not form.is_bound else "",
    }
    return render(request, "onboarding/connect.html", context)


def _after_connecting(request: AuthenticatedRequest, team: Team) -> str:
    if team.onboarding_pipeline_status == Status.NOT_STARTED:
        return place_of(team)
    goes_on = go_on(team, actor=request.user.get_username())
    messages.success(request, f"{ACCEPTED} {'The import goes on with it.' if goes_on else IN_USE}")
    return STATUS


@form_page
def repositories(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    Step 3: choose what is read, which starts the import; after its end, choose again.

    The names that are posted must be among those that the token sees in that account.
    """
    team = administered_team(request.user, slug)
    connection = connection_of(team)
    if connection is None:
        return redirect(CONNECT, team.slug)
    if standing_of(team).is_active:
        return redirect(STATUS, team.slug)
    try:
        return _choose(request, team, connection)
    except GitHubError as exc:
        context = {"team": team, "account": connection.account_login, "problem": [str(exc)]}
        context |= _chosen_now(team, connection)
        return render(request, "onboarding/repositories.html", context)


def _choose(request: AuthenticatedRequest, team: Team, connection: Connection) -> HttpResponse:
    posted = request.method == "POST"
    wanted = request.POST.get("account", "") if posted else request.GET.get("account", "")
    offer = offer_of(connection, wanted)
    form = RepositoriesForm(request.POST if posted else None, seen=offer.names)
    if form.is_valid():
        names, actor = form.cleaned_data["names"], request.user.get_username()
        begin(team, account=offer.account, names=names, actor=actor)
        return redirect(STATUS, team.slug)
    ticked = set(request.POST.getlist("names"))
    if not posted:
        ticked = chosen_before(team, offer, now=timezone.now())
    context = {
        "team": team,
        "offer": offer,
        "account": offer.account,
        "form": form,
        "chosen": ticked & set(offer.names),
    } | _chosen_now(team, connection)
    made_up = not ticked <= set(offer.names)  # the page offers no such name
    return render(request, "onboarding/repositories.html", context, status=400 if made_up else 200)


def _chosen_now(team: Team, connection: Connection) -> dict[str, object]:
    """What the last import has read; nothing before the first one."""
    if team.onboarding_pipeline_status == Status.NOT_STARTED:
        return {}
    names = team.repositories.filter(is_selected=True).values_list("name_with_owner", flat=True)
    return {"current": sorted(names), "in_use": connection.account_login}


@require_safe
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
    if _is_silent(team) and recover(team_id=team.pk, actor="status page"):
        team.refresh_from_db()
    connection = connection_of(team)
    facts = facts_of(
        team,
        account=connection.account_login if connection else "",
        may_move=is_admin(request.user, team),
    )
    if request.htmx and request.GET.get("v") == facts.version:
        return HttpResponse(status=204)
    progress = progress_of(facts)
    template = "onboarding/_status.html" if request.htmx else "onboarding/status.html"
    # Around the fragment, only another status brings something new: links, steps, old messages.
    has_moved = request.htmx and request.GET.get("at") != progress.standing.status
    context = {"team": team, "progress": progress, "has_moved": has_moved}
    return render(request, template, context)


def _is_silent(team: Team) -> bool:
    """By this machine's clock and without a query; recovery then asks the database's."""
    standing = standing_of(team)
    watched = standing.is_active and not standing.is_paused
    return watched and silence_of(team, timezone.now()) is not None


@require_POST
def move_import(request: AuthenticatedRequest, slug: str, verb: str) -> HttpResponse:
    """A button of the status page. Where the status forbids it, say so and change nothing."""
    team = administered_team(request.user, slug)
    if verb not in VERBS:
        raise Http404
    outcome = press(team, verb, actor=request.user.get_username())
    level = messages.SUCCESS if outcome.is_as_wished else messages.WARNING
    messages.add_message(request, level, outcome.sentence)
    return redirect(STATUS, team.slug)
