"""The people of a team: who is in it and as what, whom it invites, and going."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.core.mails import public_url
from apps.onboarding import parting
from apps.onboarding.missing import states_in_words
from apps.onboarding.places import INVITATION, MEMBERS, TEAMS, memberships_of, place_of_member
from apps.teams import invitation_mail, invitations, people
from apps.teams.access import administered_team, membership_of
from apps.teams.admins import LAST_ADMIN, Refused
from apps.teams.forms import InvitationForm, RoleForm
from apps.teams.invitations import Issued
from apps.teams.models import Invitation, Membership, Team
from apps.teams.pace import paced

View = Callable[[AuthenticatedRequest, str, int], HttpResponse]


def about_a_row(view: View) -> View:
    """404 for a row of another team as for one that is gone, also while the view looks at it."""

    @wraps(view)
    def looked_up(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
        try:
            return view(request, slug, pk)
        except ObjectDoesNotExist as exc:
            raise Http404 from exc

    return looked_up


@require_safe
def teams(request: AuthenticatedRequest) -> HttpResponse:
    """The visitor's teams, each with the place where they go on with it."""
    memberships = memberships_of(request.user)
    states = states_in_words([membership.team for membership in memberships])
    places = [
        (membership, place_of_member(membership), state)
        for membership, state in zip(memberships, states, strict=True)
    ]
    return render(request, "teams/teams.html", {"places": places})


@require_safe
def members(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Who is in the team. Admins change it here, and see addresses and invitations."""
    return _members_page(request, membership_of(request.user, slug))


@require_POST
@paced("invite")
def invite(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """
    Invite an address, mail the link, and show it: this once, because it is stored nowhere.

    Hence no redirect. Sent again by a reload, it finds the invitation, and sends nothing.
    """
    team = administered_team(request.user, slug)
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            issued = invitations.invite(team, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            return _with_link(request, slug, issued)
    return _members_page(request, membership_of(request.user, slug), form=form)


@require_POST
@paced("invite")
@about_a_row
def send_again(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """A new link for the same address; the one before is good no longer."""
    team = administered_team(request.user, slug)
    try:
        issued = invitations.renew(team, pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(MEMBERS, team.slug)
    return _with_link(request, slug, issued)


@require_POST
@about_a_row
def take_back(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Revoke an invitation."""
    team = administered_team(request.user, slug)
    try:
        invitation = invitations.revoke(team, pk)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"The invitation to {invitation.email} is taken back.")
    return redirect(MEMBERS, team.slug)


@require_POST
@about_a_row
def set_role(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Make an admin or a member of somebody."""
    team = administered_team(request.user, slug)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["role"])))
        return redirect(MEMBERS, team.slug)
    try:
        said = people.set_role(team, pk, **form.cleaned_data, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, said or "That was so already.")
    return redirect(MEMBERS, team.slug)


@require_POST
@about_a_row
def remove(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody out of the team; oneself, it is leaving."""
    team = administered_team(request.user, slug)
    is_own = request.user.memberships.filter(pk=pk).exists()
    try:
        said, warning = parting.remove(team, pk, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(MEMBERS, team.slug)
    messages.success(request, said)
    if warning:
        messages.warning(request, warning)
    return redirect(TEAMS) if is_own else redirect(MEMBERS, team.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Ask whether the visitor wants to go, and let them; not the last admin."""
    membership = membership_of(request.user, slug)
    team, refusal = membership.team, ""
    if request.method == "POST":
        try:
            parting.leave(team, user=request.user)
        except Refused as refused:
            refusal = str(refused)
        except Membership.DoesNotExist:  # the other click of two was faster
            return redirect(TEAMS)
        else:
            messages.success(request, f"You are not in {team.name} any more.")
            return redirect(TEAMS)
    context = {
        "team": team,
        "refusal": refusal or (LAST_ADMIN if people.is_last_admin(membership) else ""),
        "still_reads_as": parting.still_reads_as(team, membership),
        "may_change": membership.is_admin,
    }
    return render(request, "teams/leave.html", context)


def _with_link(request: AuthenticatedRequest, slug: str, issued: Issued) -> HttpResponse:
    link = public_url(INVITATION, issued.secret)
    was_mailed = invitation_mail.send(issued.invitation, link)
    context: dict[str, Any] = {
        "invited": issued.invitation.email,
        "link": link,
        "was_mailed": was_mailed,
    }
    return _members_page(request, membership_of(request.user, slug), **context)


def _members_page(
    request: AuthenticatedRequest,
    own: Membership,
    *,
    form: InvitationForm | None = None,
    **more: Any,
) -> HttpResponse:
    team = own.team
    context = {
        "team": team,
        "own": own,
        "people": people.people_of(team),
        "may_change": own.is_admin,
        "days": invitations.GOOD_FOR.days,
    }
    if own.is_admin:
        context |= {
            "form": form or InvitationForm(),
            "pending": _pending(team),
            "is_last_admin": people.is_last_admin(own),
        }
    return render(request, "teams/members.html", context | more)


def _pending(team: Team) -> list[tuple[Invitation, bool]]:
    """Each with whether its link still lets anybody in."""
    now = timezone.now()
    return [(one, invitations.is_good(one, now=now)) for one in invitations.pending_of(team)]
