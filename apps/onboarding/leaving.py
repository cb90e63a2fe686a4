"""Leaving for another site that is to let Mergelight in, and not being expected back from it."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.accounts.http import AuthenticatedRequest
from apps.onboarding import visits
from apps.onboarding.visits import Purpose, Visit, VisitRefused
from apps.teams.models import Team

logger = logging.getLogger(__name__)


def leave(request: AuthenticatedRequest, team: Team, purpose: Purpose, *, back: str) -> Visit:
    """
    Begin a visit from the page whose form was sent; it names that page in `place`.

    :param back: name of the URL to which the other site leads back.
    """
    return visits.begin(
        request.session,
        purpose,
        user=request.user,
        team=team,
        redirect_uri=request.build_absolute_uri(reverse(back)),
        place=request.POST.get("place", ""),
    )


def not_expected(request: HttpRequest, site: str, reason: VisitRefused) -> HttpResponse:
    """:param site: its name for people, "GitHub"."""
    logger.warning("user %s did not return from a visit to %s: %s", request.user.pk, site, reason)
    return render(request, "onboarding/not_expected.html", {"site": site}, status=400)
