"""How a team is counted: everybody in it reads, admins change."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.core.exceptions import BadRequest, ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.dashboard.counting import account_page, counting_of, knows_members, searched
from apps.dashboard.counting_forms import WordsForm, ZoneForm
from apps.github.own_accounts import Refused
from apps.insights import team_thresholds
from apps.metrics import own_rules
from apps.teams.access import administered_team, is_admin, team_of
from apps.teams.models import Team
from apps.teams.zones import time_zones

PAGE, ACCOUNT = "dashboard:counting", "dashboard:counting_account"
FOLLOW = "The numbers follow within a minute."
ALREADY = "That was so already."


@require_safe
def counting(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The accounts, words and zone that the numbers rest on, and who changed them."""
    return _page(request, team_of(request.user, slug))


@require_safe
def account(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """What is said of one account, and what else can be."""
    team = team_of(request.user, slug)
    may_change = is_admin(request.user, team)
    search = searched(request.GET.get("q", ""))
    shown = account_page(team, pk, search=search, is_admin=may_change)
    if shown is None:
        raise Http404
    context = {"team": team, "shown": shown, "may_change": may_change}
    return render(request, "dashboard/counting_account.html", context)


@require_POST
def count_as_bot(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """On the team's list of bots or off it: says which, so twice is once."""
    team = administered_team(request.user, slug)
    wanted = request.POST.get("counts_as_bot")
    if wanted not in ("on", "off"):
        raise BadRequest("counts_as_bot is on or off")
    is_bot = wanted == "on"
    return _said_of(
        request,
        team,
        pk,
        lambda: own_rules.count_as_bot(team, pk, is_bot=is_bot, user=request.user),
    )


@require_POST
def count_as_one(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Count it under another account of the same person."""
    team = administered_team(request.user, slug)
    under = _number(request, "under")
    return _said_of(
        request, team, pk, lambda: own_rules.count_as_one(team, pk, under=under, user=request.user)
    )


@require_POST
def count_apart(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Take two accounts apart that were counted as one."""
    team = administered_team(request.user, slug)
    return _said_of(request, team, pk, lambda: own_rules.count_apart(team, pk, user=request.user))


@require_POST
def belongs_to(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Say whose account it is; "is_theirs" is off to take that back."""
    team = administered_team(request.user, slug)
    member = _number(request, "membership")
    theirs = pk if request.POST.get("is_theirs") != "off" else None
    return _said_of(
        request,
        team,
        pk,
        lambda: own_rules.belongs_to(team, member, theirs, user=request.user),
        then="",
    )


@require_POST
def hotfix_words(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Set the words; the page again with what was entered if they are none."""
    team = administered_team(request.user, slug)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _page(request, team, words=form)
    words = form.cleaned_data["words"]
    _tell(request, own_rules.set_hotfix_words(team, words, user=request.user))
    return _top(team)


@require_POST
def time_zone(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Set the zone; the page again with what was entered if it is none."""
    team = administered_team(request.user, slug)
    form = ZoneForm(request.POST)
    if not form.is_valid():
        return _page(request, team, zone=form)
    name = form.cleaned_data["time_zone"]
    _tell(request, own_rules.set_time_zone(team, name, user=request.user))
    return _top(team)


@require_http_methods(["GET", "HEAD", "POST"])
def thresholds(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """From which numbers on an insight is told; a POST sets them, all or none."""
    is_posted = request.method == "POST"
    team = (administered_team if is_posted else team_of)(request.user, slug)
    posted: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    if is_posted:
        done = team_thresholds.change(team, request.POST, request.user)
        if done.is_stored:
            changed = team_thresholds.in_words(done, request.POST)
            sentence = own_rules.written_down(team, changed, request.user)
            _tell(request, sentence, then="They follow within a minute.")
            return redirect(f"{resolve_url('dashboard:thresholds', team.slug)}#content")
        posted, errors = request.POST, done.errors
    context = {
        "team": team,
        "rules": team_thresholds.thresholds_of(team, posted=posted, errors=errors),
        "may_change": is_posted or is_admin(request.user, team),
        "errors": errors,
    }
    return render(request, "dashboard/thresholds.html", context)


def _page(
    request: AuthenticatedRequest,
    team: Team,
    *,
    words: WordsForm | None = None,
    zone: ZoneForm | None = None,
) -> HttpResponse:
    may_change = is_admin(request.user, team)
    search, page = searched(request.GET.get("q", "")), request.GET.get("page", "")
    shown = counting_of(team, search=search, page=page, is_admin=may_change)
    context = {
        "team": team,
        "shown": shown,
        "may_change": may_change,
        "words": words or WordsForm(initial={"words": ", ".join(shown.words)}),
        "zone": zone or ZoneForm(initial={"time_zone": team.time_zone}),
        "time_zones": time_zones() if may_change else (),
        "knows_members": knows_members(team),
    }
    return render(request, "dashboard/counting.html", context)


def _said_of(
    request: AuthenticatedRequest,
    team: Team,
    pk: int,
    say: Callable[[], str],
    *,
    then: str = FOLLOW,
) -> HttpResponse:
    """:raises Http404: also for an account or a member that is another team's."""
    try:
        _tell(request, say(), then=then)
    except ObjectDoesNotExist:
        raise Http404 from None
    except Refused as exc:
        messages.error(request, str(exc))
    return redirect(ACCOUNT, team.slug, pk)


def _top(team: Team) -> HttpResponse:
    """The form leads to itself, where its error is; what has been done is told at the top."""
    return redirect(f"{resolve_url(PAGE, team.slug)}#content")


def _tell(request: AuthenticatedRequest, sentence: str, *, then: str = FOLLOW) -> None:
    if sentence:
        messages.success(request, f"{sentence} {then}".strip())
    else:
        messages.info(request, ALREADY)


def _number(request: AuthenticatedRequest, name: str) -> int:
    value = request.POST.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise BadRequest(f"{name} is a number")
    return int(value)
