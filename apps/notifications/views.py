"""Who wants which message: a person's own page, a team's page, and the link in each mail."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.accounts.pace import TooOften, count
from apps.accounts.too_often import too_often
from apps.notifications import stopping
from apps.notifications.messages import KINDS
from apps.notifications.pages import choices_of, slack_choices_of
from apps.notifications.preferences import say
from apps.notifications.stopping import NoSuchLink
from apps.teams.access import administered_team, is_admin, team_of
from apps.teams.models import Team

logger = logging.getLogger(__name__)

MINE = "notifications:mine"
TEAM = "notifications:team"
KEPT = "Your choice is kept."
KEPT_OF_SLACK = "What goes to Slack is kept."


@require_safe
def mine(request: AuthenticatedRequest) -> HttpResponse:
    """Every team of the visitor, each with the mails that they get."""
    choices = choices_of(request.user)
    return render(
        request, "notifications/mine.html", {"choices": choices, "mail": request.user.email}
    )


@require_safe
def team(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The same for one team; admins also choose what goes to Slack."""
    own = team_of(request.user, slug)
    context = {
        "team": own,
        "mail": request.user.email,
        "choice": choices_of(request.user, own)[0],
        "slack": slack_choices_of(own),
        "may_change": is_admin(request.user, own),
    }
    return render(request, "notifications/team.html", context)


@require_POST
def choose(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Keep which mails of a team the visitor wants."""
    own = team_of(request.user, slug)
    try:
        count("preferences", f"person {request.user.pk}")
    except TooOften as exc:
        return too_often(request, exc)
    offered = [each.name for each in choices_of(request.user, own)[0].choices]
    say(own, request.user, offered=offered, wanted=_chosen(request))
    messages.success(request, KEPT)
    return _back(request, own)


@require_POST
def choose_for_slack(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Keep which messages go to the team's channel."""
    own = administered_team(request.user, slug)
    try:
        count("preferences", f"person {request.user.pk}")
    except TooOften as exc:
        return too_often(request, exc)
    say(own, None, offered=KINDS, wanted=_chosen(request))
    messages.success(request, KEPT_OF_SLACK)
    return redirect(TEAM, own.slug)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """
    End the mails of one kind, by the link in each of them.

    Opening it changes nothing: mail programs open links by themselves. Its button posts, and so
    does the mail program of who presses "Unsubscribe" there, with neither cookie nor token of a
    form (RFC 8058): the signed address is what proves that it may.
    """
    try:
        about = stopping.read(token)
    except NoSuchLink:
        return render(request, "notifications/no_such_link.html", status=404)
    state = "asks"
    if request.method == "POST":
        again = "again" in request.POST
        about.keep(wanted=again)
        state = "again" if again else "stopped"
        logger.info("mails of kind %s: %s", about.kind, state)
    context = {"about": about, "state": state, "kind": KINDS[about.kind]}
    return render(request, "notifications/stop.html", context)


def _chosen(request: HttpRequest) -> frozenset[str]:
    return frozenset(request.POST.getlist("kind")) & KINDS.keys()


def _back(request: HttpRequest, own: Team) -> HttpResponse:
    return redirect(MINE) if request.POST.get("place") == "mine" else redirect(TEAM, own.slug)
