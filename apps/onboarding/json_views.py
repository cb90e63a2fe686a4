"""The start and the status of an import for programs, with the session of a person."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.github.api.errors import GitHubError
from apps.github.api.patience import FOR_A_LIST, at_most
from apps.github.connecting.rejection import client_of
from apps.github.models import Connection
from apps.onboarding.choosing import begin, note_not_offered, offer_of, selected_names
from apps.onboarding.first_numbers import first_numbers_of
from apps.onboarding.forms import RepositoriesForm
from apps.onboarding.places import connection_of
from apps.onboarding.programs import for_programs, refused
from apps.onboarding.progress import progress_of
from apps.onboarding.refusals import on_a_page
from apps.onboarding.told import begun, told_of
from apps.onboarding.watching import facts_now
from apps.pipeline.standing import standing_of
from apps.teams.access import administered_team, team_of
from apps.teams.models import Team
from apps.teams.pace import count_for

EXPECTED = (
    'Send {"repositories": ["owner/name", …], "account": "owner"}; the account may be left out.'
)
NOT_CONNECTED = "The team is not connected to GitHub. Connect it first."
RUNS_ALREADY = "An import of other repositories is running. They can be changed when it has ended."


@require_safe
@for_programs
def status_json(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """How far the import is; 204 while `?v=` names what would be said again."""
    team = team_of(request.user, slug)
    facts = facts_now(team, request.user)
    if request.GET.get("v") == facts.version:
        return HttpResponse(status=204)
    progress = progress_of(facts)
    return JsonResponse(told_of(team, progress, first_numbers_of(team, progress.standing)))


@require_POST
@for_programs
def start_json(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    Choose the repositories and start the import.

    Who asks for what runs already gets the same answer as whoever has started it.
    """
    team = administered_team(request.user, slug)
    count_for(team, "import")
    connection = connection_of(team)
    if connection is None or not connection.is_open:
        return refused(NOT_CONNECTED, status=409)
    wanted = _wanted(request)
    if wanted is None:
        return refused(EXPECTED, status=400)
    names, account = wanted
    if standing_of(team).is_active:
        return _as_it_runs(team, names)
    try:
        return _start(request, connection, names, account)
    except GitHubError as exc:
        return refused(on_a_page(exc), status=503)


def _wanted(request: HttpRequest) -> tuple[list[str], str] | None:
    """The names and the account; None where it is anything else."""
    if request.content_type != "application/json":  # a form's body may have been read already
        return None
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):  # no JSON, or nested without end
        return None
    if not isinstance(body, dict):
        return None
    names, account = body.get("repositories"), body.get("account", "")
    if not isinstance(names, list) or not isinstance(account, str):
        return None
    if not all(isinstance(name, str) for name in names):
        return None
    return sorted(set(names)), account


def _start(
    request: AuthenticatedRequest, connection: Connection, names: list[str], account: str
) -> HttpResponse:
    team = connection.team
    with at_most(FOR_A_LIST), client_of(team) as client:
        offer = offer_of(client, connection, account)
        form = RepositoriesForm({"names": names}, seen=offer.names)
        if not form.is_valid():
            if foreign := sorted(set(names) - set(offer.names)):
                note_not_offered(team, foreign)
            return refused(" ".join(map(str, form.errors["names"])), status=400)
        chosen = [one for one in offer.repositories if one.name_with_owner in set(names)]
        begin(team, account=offer.account, chosen=chosen, actor=request.user.get_username())
    team.refresh_from_db()
    return _as_it_runs(team, names)


def _as_it_runs(team: Team, names: list[str]) -> HttpResponse:
    if selected_names(team) != names:
        return refused(RUNS_ALREADY, status=409)
    return JsonResponse(begun(team, names), status=202)
