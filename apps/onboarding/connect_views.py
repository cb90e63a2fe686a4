"""Step 1: the ways to GitHub on one page, a pasted token among them; and the way out."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import AuthenticatedRequest
from apps.core.errors import TransientError
from apps.core.leaving import leads_to
from apps.github.api.errors import GitHubError, GitHubTokenRejected
from apps.github.api.patience import FOR_A_PAGE, at_most
from apps.github.connecting import oauth, ways
from apps.github.connecting.connections import (
    Candidate,
    by_token,
    disconnect,
    is_somebody_else,
    missing_of,
)
from apps.github.connecting.rejection import try_again
from apps.github.models import Connection
from apps.onboarding import pending
from apps.onboarding.arriving import arrive, take, use
from apps.onboarding.forms import ConnectForm
from apps.onboarding.places import CONNECT, account_to_keep, connection_of
from apps.onboarding.refusals import on_a_page
from apps.onboarding.words import NOT_GRANTED
from apps.teams.access import administered_team
from apps.teams.models import Team
from apps.teams.pace import paced

NOT_ACCEPTED = (
    "GitHub does not accept this token: it is mistyped, revoked or expired. "
    "Copy it again, or make a new one."
)
STILL_REFUSED = "GitHub still does not accept it. Choose another way to connect, below."
ACCEPTED = "GitHub accepts it again."
FORGOTTEN = "GitHub is disconnected, and its tokens are forgotten. What was read stays."

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@leads_to("GITHUB_WEB_URL")
@paced("connect")
def connect(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    Show the ways to GitHub; a token that is posted is checked there at once.

    A team that reads an account already keeps it: the new token has to see it too.
    """
    team = administered_team(request.user, slug)
    pending.let_go_what_is_too_old(request.session)
    kept = pending.kept_token(request.session, team)
    form = ConnectForm(request.POST or None, is_kept=bool(kept))
    if form.is_valid() and (candidate := _tried(request, team, form, kept)):
        return arrive(request, team, [candidate])
    context = _ways(team, form)
    context["is_kept"] = bool(pending.kept_token(request.session, team))
    return render(request, "onboarding/connect.html", context)


def _tried(
    request: AuthenticatedRequest, team: Team, form: ConnectForm, kept: str
) -> Candidate | None:
    """
    The way that the token is; None where GitHub says no, or nothing, which the form then tells.

    A token that GitHub has not answered to is kept, sealed, because the page never repeats it.
    """
    token = form.cleaned_data["token"] or kept
    pending.forget_token(request.session)
    try:
        with at_most(FOR_A_PAGE):
            return by_token(token, account_login=account_to_keep(team))
    except GitHubTokenRejected:
        form.add_error("token", NOT_ACCEPTED)
    except GitHubError as exc:
        form.add_error("token", on_a_page(exc))
        if isinstance(exc, TransientError):
            pending.keep_token(request.session, team, token)
    return None


@require_POST
@paced("connect")
def try_stored(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Ask GitHub once more with a way that it has refused: it may have been a bad moment."""
    team = administered_team(request.user, slug)
    connection = connection_of(team)
    if connection is None or connection.is_open or not connection.may_be_tried:
        return redirect(CONNECT, team.slug)
    try:
        with at_most(FOR_A_PAGE):
            try_again(connection)
    except GitHubTokenRejected:
        messages.warning(request, STILL_REFUSED)
    except GitHubError as exc:
        messages.warning(request, on_a_page(exc))
    else:
        return use(request, team, ACCEPTED)
    return redirect(CONNECT, team.slug)


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
        by_choice = {str(number): each for number, each in enumerate(candidates)}
        if chosen in by_choice:
            pending.forget(request.session)
            return take(request, team, by_choice[chosen])
    connection = connection_of(team)
    context = {
        "team": team,
        "connection": connection,
        "candidates": [(each, is_somebody_else(connection, each)) for each in candidates],
        "is_app": candidates[0].kind == Connection.Kind.APP,
        "has_chosen": team.repositories.exists(),
    }
    return render(request, "onboarding/confirm.html", context)


@require_POST
def forget(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Disconnect the team from GitHub."""
    team = administered_team(request.user, slug)
    disconnect(team)
    messages.success(request, FORGOTTEN)
    return redirect(CONNECT, team.slug)
