"""The status of the import: its page, what floats above other pages, and its buttons."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from apps.accounts.http import AuthenticatedRequest
from apps.github.models import TrackedRepository
from apps.github.own_accounts import Refused
from apps.metrics import own_rules
from apps.onboarding.first_numbers import first_numbers_of
from apps.onboarding.places import STATUS, place_of
from apps.onboarding.pressing import press
from apps.onboarding.progress import progress_of
from apps.onboarding.promise import promise_of
from apps.onboarding.set_up import set_up_of
from apps.onboarding.watching import facts_now
from apps.onboarding.words import VERBS
from apps.pipeline.machine import Status
from apps.teams.access import administered_team, team_of
from apps.teams.pace import paced

KEPT = "What was read of it is kept."


@require_safe
@vary_on_headers("HX-Request")  # one URL, two answers: caches must tell them apart
def status(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    Show how far the import is: the page, or for htmx only what changes in it.

    The fragment polls this same URL and names what it shows by `?v=`, and the time left by
    `?left=`; 204 says that it is still true. A poll that finds the row silent has recovery send it
    again: a watched import does not wait for the timetable.
    """
    team = team_of(request.user, slug)
    if team.onboarding_pipeline_status == Status.NOT_STARTED:
        return redirect(place_of(team), team.slug)
    facts = facts_now(team, request.user, minutes_shown=request.GET.get("left", ""))
    if request.htmx and request.GET.get("v") == facts.version:
        return HttpResponse(status=204)
    progress = progress_of(facts)
    # Around the fragment, only another status brings something new: links, steps, old messages.
    has_moved = request.htmx and request.GET.get("at") != progress.standing.status
    context = {
        "team": team,
        "progress": progress,
        "first_numbers": first_numbers_of(team, progress.standing),
        "promise": promise_of(team, request.user, progress.standing),
        "has_moved": has_moved,
        # The steps stand above the fragment only while the dashboard was not open.
        "has_steps": "steps" in request.GET,
    }
    if request.htmx:
        return render(request, "onboarding/_status.html", context)
    context["set_up"] = set_up_of(team, may_change=facts.may_move)
    return render(request, "onboarding/status.html", context)


@require_safe
def indicator(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    What floats above the pages beside the import: the answer to its own polling, as the status's.

    Whoever opens the address is shown the whole status.
    """
    team = team_of(request.user, slug)
    if not request.htmx:
        return redirect(STATUS, team.slug)
    facts = facts_now(team, request.user, minutes_shown=request.GET.get("left", ""))
    if request.GET.get("v") == facts.version:
        return HttpResponse(status=204)
    progress = progress_of(facts)
    numbers = first_numbers_of(team, progress.standing)
    context = {"team": team, "progress": progress, "first_numbers": numbers}
    return render(request, "onboarding/_indicator.html", context)


@require_POST
@paced("import")
def move_import(request: AuthenticatedRequest, slug: str, verb: str) -> HttpResponse:
    """A button of the status page. Where the status forbids it, say so and change nothing."""
    team = administered_team(request.user, slug)
    if verb not in VERBS:
        raise Http404
    outcome = press(team, verb, actor=request.user.get_username())
    level = messages.SUCCESS if outcome.is_as_wished else messages.WARNING
    messages.add_message(request, level, outcome.sentence)
    return redirect(STATUS, team.slug)


@require_POST
@paced("import")
def drop(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Read and count a repository no longer that cannot be read."""
    team = administered_team(request.user, slug)
    try:
        sentence = own_rules.leave_out(team, pk, user=request.user)
    except TrackedRepository.DoesNotExist as exc:
        raise Http404 from exc
    except Refused as exc:
        messages.warning(request, str(exc))
    else:
        if sentence:
            messages.success(request, f"{sentence} {KEPT}")
    return redirect(STATUS, team.slug)
