"""A team's settings: what it reads of GitHub, and whether its way there works."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.core.errors import PermanentError
from apps.core.sentences import with_link
from apps.github.api.errors import GitHubError
from apps.github.api.patience import FOR_A_LIST, FOR_A_PAGE, at_most
from apps.github.choosing import health
from apps.github.connecting.connections import missing_of
from apps.github.connecting.rejection import client_of
from apps.github.models import Connection, TrackedRepository
from apps.github.own_accounts import Refused
from apps.metrics import own_rules
from apps.onboarding.choosing import note_not_offered, offer_of
from apps.onboarding.places import CONNECT, connection_of
from apps.onboarding.preflight import rows_of
from apps.onboarding.reading import add, given_up, not_read_yet, read_by, read_now
from apps.onboarding.refusals import on_a_page
from apps.onboarding.settings_forms import AddForm
from apps.onboarding.words import NOT_GRANTED, next_update_in_words, state_in_words, way_in_words
from apps.pipeline.standing import standing_of
from apps.teams.access import administered_team, is_admin, team_of
from apps.teams.models import Team
from apps.teams.pace import paced

REPOSITORIES, CONNECTION = "onboarding:settings", "onboarding:settings_connection"
FOLLOW = "Its numbers leave the dashboard within a minute; what was read of it is kept."
ALREADY = "That was so already."

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def repositories(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What is read, how fresh it is, and what is missing of it."""
    team = team_of(request.user, slug)
    standing = standing_of(team)
    context = {
        "team": team,
        "standing": standing,
        "state": state_in_words(standing, team),
        "next_update": next_update_in_words(team, now=timezone.now()),
        "read": read_by(team, standing),
        "given_up": given_up(team),
        "connection": connection_of(team),
        "may_change": is_admin(request.user, team),
    }
    return render(request, "teams/settings_repositories.html", context)


@form_page
@paced("import")
def add_repositories(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What GitHub shows and is not read yet; posted names must be among it."""
    team = administered_team(request.user, slug)
    connection = Connection.objects.select_related("team").filter(team=team).first()
    if connection is None:
        return redirect(CONNECT, team.slug)
    try:
        with at_most(FOR_A_LIST), client_of(team) as client:
            wanted = (request.POST if request.method == "POST" else request.GET).get("account", "")
            offer = offer_of(client, connection, wanted)
    except GitHubError as exc:
        context = {"team": team, "problem": with_link(on_a_page(exc))}
        return render(request, "teams/settings_add.html", context)
    offered = not_read_yet(team, offer)
    by_name = {one.name_with_owner: one for one in offered}
    read = team.repositories.filter(is_selected=True).count()
    form = AddForm(request.POST if request.method == "POST" else None, seen=by_name, read=read)
    if form.is_valid():
        chosen = [by_name[name] for name in form.cleaned_data["names"]]
        messages.success(request, add(team, chosen, actor=request.user.get_username()))
        return redirect(REPOSITORIES, team.slug)
    posted = set(request.POST.getlist("names"))
    if made_up := posted - set(offer.names):
        note_not_offered(team, made_up)
    context = {
        "team": team,
        "offer": offer,
        "rows": [one for one in rows_of(offer, posted, {}) if one.repository in offered],
        "form": form,
        "refusal": with_link(offer.refusal) if offer.refusal else None,
    }
    return render(request, "teams/settings_add.html", context, status=400 if made_up else 200)


@require_POST
@paced("import")
def take_away(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Read and count a repository no longer, also in the midst of a run."""
    team = administered_team(request.user, slug)
    try:
        sentence = own_rules.leave_out(team, pk, user=request.user)
    except TrackedRepository.DoesNotExist:
        raise Http404 from None
    except Refused as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, f"{sentence} {FOLLOW}" if sentence else ALREADY)
    return redirect(REPOSITORIES, team.slug)


@require_POST
@paced("import")
def read_again(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Read what is new now, and what could not be read before."""
    team = administered_team(request.user, slug)
    is_as_wished, sentence = read_now(team, actor=request.user.get_username())
    level = messages.SUCCESS if is_as_wished else messages.WARNING
    messages.add_message(request, level, sentence)
    return redirect(REPOSITORIES, team.slug)


@require_safe
def connection(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """How GitHub is reached, whether that works, and how to change it."""
    team = team_of(request.user, slug)
    return render(request, "teams/settings_connection.html", _health(request, team))


@require_POST
@paced("connect")
def check_connection(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Ask GitHub now; what it says to a way that it takes no more is kept."""
    team = administered_team(request.user, slug)
    try:
        with at_most(FOR_A_PAGE):
            budget = health.ask_now(team)
    except GitHubError as exc:
        messages.error(request, on_a_page(exc))
    except PermanentError as exc:  # there is no connection
        messages.error(request, str(exc))
    else:
        said = "GitHub answers."
        if budget is not None:
            until = f"{budget.resets_at.astimezone(team.zone):%H:%M} ({team.time_zone})"
            said += (
                f" {budget.remaining:,} requests of this hour are left; all are there again at"
                f" {until}."
            )
        messages.success(request, said)
    return redirect(CONNECTION, team.slug)


def _health(request: AuthenticatedRequest, team: Team) -> dict[str, object]:
    way = Connection.objects.select_related("team").filter(team=team).first()
    missing = missing_of(way) if way and way.is_open else ()
    standing = standing_of(team)
    return {
        "team": team,
        "connection": way,
        "missing": [NOT_GRANTED[name] for name in missing],
        "last_read_at": health.last_read_at(team),
        "waits_because": standing.error if standing.is_active else "",
        "heard": health.last_heard(way) if way else None,
        "has_webhooks": bool(settings.GITHUB_WEBHOOK_SECRET),
        "way": way_in_words(way.kind, is_lost=not way.is_open) if way else "Connect GitHub",
        "may_change": is_admin(request.user, team),
    }
