"""Signs of AI: the list, one pull request's card, and what people say to it."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.dashboard.card import card_of
from apps.dashboard.correction_form import CorrectionForm
from apps.dashboard.evidence import evidence_list
from apps.llm import corrections
from apps.llm.corrections import Done, Refused
from apps.teams.access import administered_team, is_admin, team_of
from apps.teams.models import Team
from apps.teams.pace import paced

CARD = "dashboard:pull_request"
UPDATING = "An update has begun, and the weekly numbers follow with it."
NIGHTLY = "The weekly numbers follow with the next update; there is one every night."
SOME_TIME = "The weekly numbers follow with the next update."


@require_safe
def evidence(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """What was found about AI in all pull requests; the URL says which of them are shown."""
    team = team_of(request.user, slug)
    if team.phase1_completed_at is None:
        return redirect("onboarding:status", team.slug)
    context = {"team": team, "list": evidence_list(team, request.GET)}
    return render(request, "dashboard/evidence.html", context)


@require_safe
def pull_request(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """The evidence card."""
    team = team_of(request.user, slug)
    if team.phase1_completed_at is None:
        return redirect("onboarding:status", team.slug)
    return _card(request, team, pk, CorrectionForm())


@require_POST
def correct(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Let the visitor's verdict stand; any member's counts."""
    team = _team_with(request, slug, pk)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _card(request, team, pk, form)
    try:
        done = corrections.correct(
            team,
            pk,
            is_ai_assisted=form.is_ai_assisted,
            tools=form.cleaned_data["tools"],
            note=form.cleaned_data["note"],
            user=request.user,
        )
    except Refused as exc:
        messages.error(request, str(exc))
    else:
        _tell(request, done, "Your verdict stands.", again="You have said so already.")
    # The form leads to itself, where its error is; what has been done is told at the top.
    return redirect(f"{resolve_url(CARD, team.slug, pk)}#content")


@require_POST
def withdraw(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Take a standing verdict back, whoever has said it."""
    team = _team_with(request, slug, pk)
    try:
        done = corrections.withdraw(team, pk, user=request.user)
    except Refused as exc:
        messages.error(request, str(exc))
    else:
        said = "Taken back: the evidence decides again."
        _tell(request, done, said, again="It was taken back already.")
    return redirect(CARD, team.slug, pk)


@require_POST
@paced("ask_again")
def ask_again(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Have the model read it once more: it costs money, so an admin asks."""
    team = administered_team(request.user, slug)
    _team_with(request, slug, pk)
    try:
        done = corrections.ask_again(team, pk, user=request.user)
    except Refused as exc:
        messages.error(request, str(exc))
    else:
        said = "The language model will read it again."
        _tell(request, done, said, again="It waits for the language model already.")
    return redirect(CARD, team.slug, pk)


def _team_with(request: AuthenticatedRequest, slug: str, pk: int) -> Team:
    """:raises Http404: also for a pull request that is another team's."""
    team = team_of(request.user, slug)
    if not team.pull_requests.filter(pk=pk).exists():
        raise Http404
    return team


def _card(request: AuthenticatedRequest, team: Team, pk: int, form: CorrectionForm) -> HttpResponse:
    card = card_of(team, pk)
    if card is None:
        raise Http404
    can_be_asked = card.is_judged and card.is_read and team.llm_enabled
    may_ask = can_be_asked and is_admin(request.user, team)
    context = {"team": team, "card": card, "form": form, "may_ask": may_ask}
    return render(request, "dashboard/pull_request.html", context)


def _tell(request: AuthenticatedRequest, done: Done, sentence: str, *, again: str) -> None:
    if not done.changed:
        messages.info(request, again)
        return
    later = SOME_TIME if settings.PIPELINE["nightly_hour"] is None else NIGHTLY
    messages.success(request, f"{sentence} {UPDATING if done.refreshing else later}")
