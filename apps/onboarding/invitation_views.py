"""The page behind the link of an invitation: what one joins, and joining."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.expected import expect
from apps.onboarding.places import place_of_member
from apps.teams.invitations import NotGood, accept, address_of, invitation_for


@login_not_required  # a stranger is sent to sign in from here, with the address filled in
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """
    Say who invites to which team; joining is a POST, since scanners of mail open every link.

    Used, run out, taken back, sent to another address and made up are one answer.
    """
    if not request.user.is_authenticated:
        answer = redirect_to_login(request.path, settings.LOGIN_URL)
        expect(answer, address_of(secret))
        return answer
    try:
        if request.method == "POST":
            membership = accept(request.user, secret)
            messages.success(request, f"Welcome to {membership.team.name}.")
            return redirect(place_of_member(membership))
        found = invitation_for(request.user, secret)
    except NotGood:
        return render(request, "teams/invitation_refused.html", status=404)
    return render(request, "teams/invitation.html", {"invitation": found, "team": found.team})
