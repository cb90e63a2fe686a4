"""To GitHub and back: the sign-in, the App's installation, and who returns from there."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import AuthenticatedRequest
from apps.core.errors import PermanentError
from apps.github.api.errors import GitHubError
from apps.github.api.patience import FOR_A_PAGE, at_most
from apps.github.connecting import oauth, ways
from apps.github.connecting.connections import Candidate, by_sign_in
from apps.github.connecting.proving import proven_installations
from apps.onboarding import visits
from apps.onboarding.arriving import NOT_HERE, arrive
from apps.onboarding.leaving import not_expected
from apps.onboarding.places import CONNECT, HOME, account_to_keep
from apps.onboarding.refusals import on_a_page
from apps.onboarding.visits import Purpose, Visit, VisitRefused
from apps.teams.access import administered_team
from apps.teams.models import Team
from apps.teams.pace import paced

SITE = "GitHub"
CALLBACK = "onboarding:github_callback"
DENIED = "GitHub was not told to let Mergelight in, so nothing has changed."
FAILED = "GitHub has not let Mergelight in. Please begin again."
REQUESTED = (
    "Your request to install the GitHub App was sent to the owners of the organisation. When one "
    "of them has approved it, an owner has to connect it here: “It is installed already”."
)
NOWHERE = (
    "The GitHub App is not installed in any account that you own. Install it, or ask an owner of "
    "the organisation to connect it here."
)


@require_POST
@paced("connect")
def sign_in(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Leave for GitHub, to read with the rights of whoever signs in there."""
    team = administered_team(request.user, slug)
    if not ways.has_sign_in():
        raise Http404
    return _ask_who_it_is(request, team, Purpose.SIGN_IN)


@require_POST
@paced("connect")
def install(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Leave for GitHub, to install the App; `setup` is where that leads."""
    team = administered_team(request.user, slug)
    if not ways.has_app():
        raise Http404
    visit = visits.begin(request.session, Purpose.INSTALL, user=request.user, team=team)
    return redirect(ways.installation_url(visit.state))


@require_POST
@paced("connect")
def use_installed(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Leave for GitHub, to find out which installations the person may connect."""
    team = administered_team(request.user, slug)
    if not ways.has_app():
        raise Http404
    return _ask_who_it_is(request, team, Purpose.PROVE)


@require_GET
def setup(request: AuthenticatedRequest) -> HttpResponse:
    """
    Who has installed the App arrives here, and anybody else: the number of the installation is
    believed only once the person's own sign-in has shown it.

    https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url
    """
    action = request.GET.get("setup_action")
    if action == "update" and "state" not in request.GET:
        return redirect(HOME)  # repositories were added or taken away at GitHub; nothing to do
    try:
        team = administered_team(request.user, _visit(request, Purpose.INSTALL).slug)
    except VisitRefused as exc:
        return not_expected(request, SITE, exc)
    if action == "request":
        messages.info(request, REQUESTED)
        return redirect(CONNECT, team.slug)
    number = request.GET.get("installation_id", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return not_expected(request, SITE, VisitRefused("no installation"))
    return _ask_who_it_is(request, team, Purpose.PROVE, installation_id=int(number))


def _ask_who_it_is(
    request: AuthenticatedRequest,
    team: Team,
    purpose: Purpose,
    *,
    installation_id: int | None = None,
) -> HttpResponse:
    visit = visits.begin(
        request.session,
        purpose,
        user=request.user,
        team=team,
        redirect_uri=request.build_absolute_uri(reverse(CALLBACK)),
        installation_id=installation_id,
    )
    return redirect(
        oauth.authorize_url(
            state=visit.state, verifier=visit.verifier, redirect_uri=visit.redirect_uri
        )
    )


@require_GET
def callback(request: AuthenticatedRequest) -> HttpResponse:
    """Who has been asked at GitHub comes back here, with a code or without."""
    try:
        visit = _visit(request, Purpose.SIGN_IN, Purpose.PROVE)
    except VisitRefused as exc:
        return not_expected(request, SITE, exc)
    team = administered_team(request.user, visit.slug)
    if error := request.GET.get("error"):
        messages.error(request, DENIED if error == "access_denied" else FAILED)
        return redirect(CONNECT, team.slug)
    if not request.GET.get("code"):
        return not_expected(request, SITE, VisitRefused("no code"))
    try:
        with at_most(FOR_A_PAGE):
            candidates = _candidates(request, visit, team)
    except (GitHubError, PermanentError) as exc:
        messages.error(request, on_a_page(exc) if isinstance(exc, GitHubError) else str(exc))
        return redirect(CONNECT, team.slug)
    if not candidates:
        messages.error(request, NOWHERE if visit.installation_id is None else NOT_HERE)
        return redirect(CONNECT, team.slug)
    return arrive(request, team, candidates)


def _candidates(request: AuthenticatedRequest, visit: Visit, team: Team) -> list[Candidate]:
    """
    What the sign-in gives. Its token is revoked at GitHub unless a candidate has it.

    :raises GitHubError: with a sentence.
    """
    grant = oauth.exchange(
        request.GET["code"], verifier=visit.verifier, redirect_uri=visit.redirect_uri
    )
    candidates: list[Candidate] = []
    try:
        if visit.purpose == Purpose.SIGN_IN:
            candidates = [by_sign_in(grant, account_login=account_to_keep(team))]
        else:
            candidates = proven_installations(grant.token, wanted=visit.installation_id)
    finally:
        if not any(each.token for each in candidates):
            oauth.revoke(grant.token)
    return candidates


def _visit(request: AuthenticatedRequest, *purposes: Purpose) -> Visit:
    """:raises VisitRefused: and nothing else is done then."""
    state = request.GET.get("state", "")
    return visits.end(request.session, state, *purposes, user=request.user)
