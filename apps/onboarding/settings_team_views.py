"""A team's settings: its name and zone, how far back it reads, and its end."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.http import AuthenticatedRequest
from apps.metrics import own_rules
from apps.onboarding import pending
from apps.onboarding.lengths import lacks_older_days, set_length
from apps.onboarding.pressing import press
from apps.onboarding.receipts import receipt_for
from apps.onboarding.settings_forms import DeleteForm, HistoryForm, IdentityForm
from apps.pipeline.moves import MoveRefused
from apps.pipeline.standing import standing_of
from apps.teams.access import administered_team, is_admin, team_of
from apps.teams.deleting import delete_team
from apps.teams.models import Team
from apps.teams.pace import paced
from apps.teams.stages import history_in_words, length_in_words

PAGE, RECEIPT = "onboarding:settings_team", "onboarding:deleted"
OLDER = "Reading the older days. The dashboard stays open; the numbers follow when it has ended."

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def team_page(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Show it; a POST changes the name and the zone."""
    if request.method != "POST":
        return _page(request, team_of(request.user, slug))
    team = administered_team(request.user, slug)
    form = IdentityForm(request.POST)
    if not form.is_valid():
        return _page(request, team, identity=form)
    name = form.cleaned_data["name"]
    renamed = Team.objects.filter(pk=team.pk).exclude(name=name).update(name=name)
    zone = own_rules.set_time_zone(team, form.cleaned_data["time_zone"], user=request.user)
    said = f"The team is called {name} now." if renamed else ""
    if zone:
        said = f"{said} {zone} The numbers follow within a minute.".strip()
    messages.success(request, said or "That was so already.")
    return redirect(PAGE, team.slug)


@require_POST
def history(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """How many days are read from the next run on; a run under way keeps to its own."""
    team = administered_team(request.user, slug)
    form = HistoryForm(request.POST)
    if not form.is_valid():
        return _page(request, team, length=form)
    messages.success(request, set_length(team, form.cleaned_data["history_days"]))
    return redirect(PAGE, team.slug)


@require_POST
@paced("import")
def read_older(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Read the days that the team wants and has not read: an update goes on down the lists."""
    team = administered_team(request.user, slug)
    if not lacks_older_days(team):
        messages.info(request, "There are no older days to be read.")
        return redirect(PAGE, team.slug)
    verb = "refresh" if "refresh" in standing_of(team).can else "restart"
    outcome = press(team, verb, actor=request.user.get_username())
    level = messages.SUCCESS if outcome.is_as_wished else messages.WARNING
    messages.add_message(request, level, OLDER if outcome.is_as_wished else outcome.sentence)
    return redirect(PAGE, team.slug)


@form_page
def delete(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Say what is deleted, and do it once the team's name is typed."""
    team = administered_team(request.user, slug)
    form = DeleteForm(request.POST if request.method == "POST" else None, team=team)
    if form.is_valid():
        try:
            deletion = delete_team(team, user=request.user)
        except MoveRefused:  # somebody else was quicker; there is no such team
            raise Http404 from None
        if pending.kept(request.session, team):
            pending.let_go(request.session)
        return redirect(RECEIPT, deletion.code)
    context = {
        "team": team,
        "form": form,
        "repositories": team.repositories.count(),
        "pull_requests": team.pull_requests.count(),
        "people": team.memberships.count(),
    }
    return render(request, "teams/delete.html", context)


@require_safe
@vary_on_headers("HX-Request")  # one URL, two answers: caches must tell them apart
def deleted(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """The receipt, which counts on while a worker deletes; for htmx only what changes in it."""
    receipt = receipt_for(request.user, code)
    if receipt is None:
        raise Http404
    template = "teams/_receipt.html" if request.htmx else "teams/deleted.html"
    return render(request, template, {"receipt": receipt, "deletion": receipt.deletion})


def _page(
    request: AuthenticatedRequest,
    team: Team,
    *,
    identity: IdentityForm | None = None,
    length: HistoryForm | None = None,
) -> HttpResponse:
    own_days = "" if team.history_days is None else team.history_days
    context = {
        "team": team,
        "may_change": is_admin(request.user, team),
        "identity": identity
        or IdentityForm(initial={"name": team.name, "time_zone": team.time_zone}),
        "length": length or HistoryForm(initial={"history_days": own_days}),
        "wanted": length_in_words(team.history_days),
        "read": history_in_words(team),
        "lacks_older_days": lacks_older_days(team),
        "is_active": standing_of(team).is_active,
    }
    return render(request, "teams/settings_team.html", context)
