"""The page about the language model: members see what it costs, admins set what it may."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import AuthenticatedRequest
from apps.dashboard.ai_use import HEADS, BudgetForm, ai_use_of, set_budget, switch
from apps.teams.access import administered_team, is_admin, team_of

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def ai_use(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Show it; a POST sets the budget, and comes back with what was entered if it is none."""
    is_posted = request.method == "POST"
    team = (administered_team if is_posted else team_of)(request.user, slug)
    initial = {"llm_daily_usd": team.llm_daily_usd}
    form = BudgetForm(request.POST if is_posted else None, initial=initial)
    if is_posted and form.is_valid():
        messages.success(request, set_budget(team, form.cleaned_data["llm_daily_usd"]))
        # The form leads to itself, where its error is; what has been done is told at the top.
        return redirect(f"{resolve_url('dashboard:ai_use', team.slug)}#content")
    context = {
        "team": team,
        "use": ai_use_of(team),
        "heads": HEADS,
        "form": form,
        "may_change": is_posted or is_admin(request.user, team),
    }
    return render(request, "dashboard/ai_use.html", context)


@require_POST
def ai_switch(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Let the model read the team's pull requests, or no longer: says which, so twice is once."""
    team = administered_team(request.user, slug)
    wanted = request.POST.get("llm_enabled")
    if wanted not in ("on", "off"):
        raise BadRequest("llm_enabled is on or off")
    sentence = switch(team, on=wanted == "on", actor=request.user.get_username())
    messages.success(request, sentence)
    return redirect("dashboard:ai_use", team.slug)
