"""The way in: a team's name, and its repositories, which begins the import."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.http import AuthenticatedRequest
from apps.core.sentences import with_link
from apps.github.api.client import GitHubClient
from apps.github.api.errors import GitHubError
from apps.github.api.patience import FOR_A_LIST, at_most
from apps.github.connecting.rejection import client_of
from apps.github.models import Connection
from apps.onboarding.choosing import (
    MOST_COUNTED,
    Offer,
    begin,
    chosen_before,
    note_not_offered,
    offer_of,
    selected_names,
)
from apps.onboarding.forms import RepositoriesForm, TeamForm
from apps.onboarding.founding import team_for
from apps.onboarding.places import (
    CONNECT,
    CREATE,
    STATUS,
    TEAMS,
    connection_of,
    memberships_of,
    next_step_of,
    place_of,
    place_of_member,
)
from apps.onboarding.preflight import preflight_of, rows_of, windows_in_words
from apps.onboarding.refusals import on_a_page
from apps.pipeline.machine import Status
from apps.pipeline.standing import standing_of
from apps.teams.access import administered_team
from apps.teams.models import Team
from apps.teams.pace import paced

STARTED_BY_OTHERS = (
    "Somebody else has just started the import, with other repositories. "
    "You can change them when it has ended."
)

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """Lead to where the visitor goes on; who has several teams chooses one."""
    memberships = memberships_of(request.user)
    if not memberships:
        return redirect(CREATE)
    if len(memberships) == 1:
        return redirect(place_of_member(memberships[0]))
    return redirect(TEAMS)


@form_page
def create_team(request: AuthenticatedRequest) -> HttpResponse:
    """Found a team, with the visitor as its admin; done twice, it is still one team."""
    form = TeamForm(request.POST or None)
    if form.is_valid():
        team = team_for(request.user, **form.cleaned_data)
        return redirect(place_of(team), team.slug)
    return render(request, "onboarding/create_team.html", {"form": form})


@form_page
@paced("import")
def repositories(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    Step 2: choose what is read, which starts the import; after its end, choose again.

    The names that are posted must be among those that the token sees in that account.
    """
    team = administered_team(request.user, slug)
    return _way_to_choose(team) or _repositories_page(request, team)


@require_safe
@vary_on_headers("HX-Request")  # one URL, two answers: caches must tell them apart
def preflight(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    What GitHub counts in the account's repositories, and what is missing: slow, so it comes later.

    For htmx what is new on the page of step 2; for a browser without scripts that page with it.
    """
    team = administered_team(request.user, slug)
    if (elsewhere := _way_to_choose(team)) is not None:
        return HttpResponse(status=204) if request.htmx else elsewhere
    if not request.htmx:
        return _repositories_page(request, team, is_counted=True)
    connection = Connection.objects.select_related("team").get(team=team)
    context: dict[str, object]
    try:
        with client_of(team) as client:
            wanted = request.GET.get("account", "")
            offer = offer_of(client, connection, wanted, most=MOST_COUNTED)
            context = _seen_before(client, connection, offer)
    except GitHubError as exc:
        context = {"notices": [with_link(on_a_page(exc))]}
    return render(request, "onboarding/_preflight.html", {"team": team, **context})


def _way_to_choose(team: Team) -> HttpResponse | None:
    """Where to go instead, while there is nothing to choose."""
    connection = connection_of(team)
    is_lost = connection is not None and not connection.is_open
    # With a dashboard there is a way back from the page; without one, step 1 is to be done again.
    if connection is None or (is_lost and team.phase1_completed_at is None):
        return redirect(CONNECT, team.slug)
    return _onwards(team) if standing_of(team).is_active else None


def _onwards(team: Team) -> HttpResponse:
    """From an import that has begun: to the next step, where the team is new."""
    is_new = team.phase1_completed_at is None
    return redirect(next_step_of(team) if is_new else STATUS, team.slug)


def _repositories_page(
    request: AuthenticatedRequest, team: Team, *, is_counted: bool = False
) -> HttpResponse:
    connection = Connection.objects.select_related("team").get(team=team)
    try:
        with at_most(FOR_A_LIST), client_of(team) as client:
            return _choose(request, client, connection, is_counted=is_counted)
    except GitHubError as exc:
        context = {
            "team": team,
            "account": connection.account_login,
            "problem": with_link(on_a_page(exc)),
            "connection": connection_of(team),  # as it is now: GitHub may just have refused it
            "github": settings.GITHUB_WEB_URL,
        }
        context |= _chosen_now(connection)
        return render(request, "onboarding/repositories.html", context)


def _choose(
    request: AuthenticatedRequest, client: GitHubClient, connection: Connection, *, is_counted: bool
) -> HttpResponse:
    team, posted = connection.team, request.method == "POST"
    wanted = request.POST.get("account", "") if posted else request.GET.get("account", "")
    offer = offer_of(client, connection, wanted)
    form = RepositoriesForm(request.POST if posted else None, seen=offer.names)
    if form.is_valid():
        names = set(form.cleaned_data["names"])
        chosen = [one for one in offer.repositories if one.name_with_owner in names]
        actor = request.user.get_username()
        if not begin(team, account=offer.account, chosen=chosen, actor=actor):
            _say_where_it_reads_others(request, team, names)
        team.refresh_from_db()  # as it moves now
        return _onwards(team)
    ticked = set(request.POST.getlist("names"))
    if not posted:
        ticked = chosen_before(team, offer, now=timezone.now())
    context = {
        "team": team,
        "offer": offer,
        "connection": connection,
        "github": settings.GITHUB_WEB_URL,
        "account": offer.account,
        "form": form,
        "chosen": ticked & set(offer.names),
        "rows": rows_of(offer, ticked, {}),
        "windows": windows_in_words(team),
        "is_awaited": not is_counted,
        "refusal": with_link(offer.refusal) if offer.refusal else None,
    } | _chosen_now(connection)
    if is_counted:
        context |= _seen_before(client, connection, offer)
    made_up = ticked - set(offer.names)  # the page offers no such name
    if made_up:
        note_not_offered(team, made_up)
    return render(request, "onboarding/repositories.html", context, status=400 if made_up else 200)


def _say_where_it_reads_others(request: AuthenticatedRequest, team: Team, wanted: set[str]) -> None:
    if set(selected_names(team)) != wanted:
        messages.warning(request, STARTED_BY_OTHERS)


def _seen_before(client: GitHubClient, connection: Connection, offer: Offer) -> dict[str, object]:
    now = timezone.now()
    chosen = chosen_before(connection.team, offer, now=now)
    seen = preflight_of(client, connection, offer, chosen=chosen, now=now)
    return {
        "preflight": seen,
        "notices": seen.notices,
        "rows": rows_of(offer, chosen, seen.counts),
        "windows": windows_in_words(connection.team),
    }


def _chosen_now(connection: Connection) -> dict[str, object]:
    """What the last import has read; nothing before the first one."""
    team = connection.team
    if team.onboarding_pipeline_status == Status.NOT_STARTED:
        return {}
    return {"current": selected_names(team), "in_use": connection.account_login}
