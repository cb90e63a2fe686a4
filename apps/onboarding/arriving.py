"""A way to GitHub that GitHub has confirmed becomes the team's: at once, or after a question."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from apps.accounts.http import AuthenticatedRequest
from apps.github.connecting.connections import (
    Candidate,
    InstallationTaken,
    adopt,
    is_somebody_else,
    missing_of,
)
from apps.github.models import Connection
from apps.onboarding import pending
from apps.onboarding.places import CONFIRM, CONNECT, STATUS, connection_of, place_of
from apps.onboarding.pressing import go_on
from apps.onboarding.words import NOT_GRANTED
from apps.pipeline.machine import Status
from apps.teams.models import Team

#: For an installation of others as for one that another team has: nobody learns which. Uninstalling
#: needs an owner too, and what is installed again has a new number, which no team has.
NOT_HERE = (
    "This installation of the GitHub App cannot be connected here. If you own its account or "
    "organisation, disconnect it in the team that reads it, or uninstall the App at GitHub and "
    "install it again from here. If you do not, ask an owner to connect it."
)


def arrive(
    request: AuthenticatedRequest, team: Team, candidates: Sequence[Candidate]
) -> HttpResponse:
    """
    Take the only candidate, or ask: which of several, or whether to become somebody else.

    :param candidates: one at least.
    """
    connection = connection_of(team)
    if len(candidates) > 1 or is_somebody_else(connection, candidates[0]):
        pending.keep(request.session, team, candidates)
        return redirect(CONFIRM, team.slug)
    return take(request, team, candidates[0])


def take(request: AuthenticatedRequest, team: Team, candidate: Candidate) -> HttpResponse:
    """Connect the team, tell what is missing, and go on where it stands."""
    try:
        connection = adopt(team, candidate)
    except InstallationTaken:
        messages.error(request, NOT_HERE)
        return redirect(CONNECT, team.slug)
    if missing := missing_of(connection):
        told = " ".join(NOT_GRANTED[name] for name in missing)
        messages.warning(request, f"GitHub has granted less than was asked for. {told}")
    return use(request, team, _accepted(connection))


def use(request: AuthenticatedRequest, team: Team, accepted: str) -> HttpResponse:
    """
    Go on where the team stands, with a way that is open.

    :param accepted: what GitHub has said, as a sentence.
    """
    if team.onboarding_pipeline_status == Status.NOT_STARTED:
        messages.success(request, accepted)
        return redirect(place_of(team), team.slug)
    goes_on = go_on(team, actor=request.user.get_username())
    rest = "The import goes on with it." if goes_on else "It is used from now on."
    messages.success(request, f"{accepted} {rest}")
    return redirect(STATUS, team.slug)


def _accepted(connection: Connection) -> str:
    match connection.kind:
        case Connection.Kind.APP:
            return f"Connected by the GitHub App in {connection.account_login}."
        case Connection.Kind.OAUTH:
            return f"Connected by the sign-in of {connection.viewer_login} at GitHub."
    return f"GitHub accepts the token of {connection.viewer_login}."
