"""Step 2: the ways to GitHub on one page, a pasted token among them; and the way out."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import AuthenticatedRequest
from apps.github.api.errors import GitHubError, GitHubTokenRejected
from apps.github.connecting import oauth, ways
from apps.github.connecting.connections import by_token, disconnect, is_somebody_else, missing_of
from apps.github.models import Connection
from apps.onboarding import pending
from apps.onboarding.arriving import arrive, take
from apps.onboarding.forms import ConnectForm
from apps.onboarding.places import CONNECT, account_to_keep, connection_of
from apps.onboarding.words import NOT_GRANTED
from apps.teams.access import administered_team
from apps.teams.models import Team

View = Callable[..., HttpResponseBase]

NOT_ACCEPTED = (
    "GitHub does not accept this token: it is mistyped, revoked or expired. "
    "Copy it again, or make a new one."
)
FORGOTTEN = "GitHub is disconnected, and its tokens are forgotten. What was read stays."

form_page = require_http_methods(["GET", "HEAD", "POST"])


def leads_to_github(view: View) -> View:
    """Let the page's forms lead there: a browser holds `form-action` against redirects too."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
        allowed = csp_update({"form-action": [settings.GITHUB_WEB_URL]})
        return allowed(view)(*args, **kwargs)

    return wrapped


@form_page
@leads_to_github
def connect(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    Show the ways to GitHub; a token that is posted is checked there at once.

    A team that reads an account already keeps it: the new token has to see it too.
    """
    team = administered_team(request.user, slug)
    pending.let_go_what_is_too_old(request.session)
    form = ConnectForm(request.POST or None)
    if form.is_valid():
        try:
            candidate = by_token(form.cleaned_data["token"], account_login=account_to_keep(team))
        except GitHubTokenRejected:
            form.add_error("token", NOT_ACCEPTED)
        except GitHubError as exc:
            form.add_error("token", str(exc))
        else:
            return arrive(request, team, [candidate])
    return render(request, "onboarding/connect.html", _ways(team, form))


def _ways(team: Team, form: ConnectForm) -> dict[str, object]:
    connection = connection_of(team)
    missing = missing_of(connection) if connection and connection.is_open else ()
    return {
        "team": team,
        "form": form,
        "connection": connection,
        "missing": [NOT_GRANTED[name] for name in missing],
        "has_app": ways.has_app(),
        "has_sign_in": ways.has_sign_in(),
        "scopes": oauth.scopes_wanted(),
        "github": settings.GITHUB_WEB_URL,
        "is_demo": settings.DEMO_MODE,
        "demo_token": settings.DEMO_TOKEN if settings.DEMO_MODE and not form.is_bound else "",
    }


@form_page
def confirm(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Ask which of several installations, or whether the team may read as somebody else."""
    team = administered_team(request.user, slug)
    candidates = pending.kept(request.session, team)
    if not candidates:
        return redirect(CONNECT, team.slug)
    if request.method == "POST":
        chosen = request.POST.get("choice", "")
        if chosen == "none":
            pending.let_go(request.session)
            return redirect(CONNECT, team.slug)
        if chosen.isdecimal() and int(chosen) < len(candidates):
            pending.forget(request.session)
            return take(request, team, candidates[int(chosen)])
    connection = connection_of(team)
    context = {
        "team": team,
        "connection": connection,
        "candidates": [(each, is_somebody_else(connection, each)) for each in candidates],
        "is_app": candidates[0].kind == Connection.Kind.APP,
    }
    return render(request, "onboarding/confirm.html", context)


@require_POST
def forget(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Disconnect the team from GitHub."""
    team = administered_team(request.user, slug)
    disconnect(team)
    messages.success(request, FORGOTTEN)
    return redirect(CONNECT, team.slug)
