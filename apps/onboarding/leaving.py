"""The page for who was not expected back from another site."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.onboarding.visits import VisitRefused

logger = logging.getLogger(__name__)


def not_expected(request: HttpRequest, site: str, reason: VisitRefused) -> HttpResponse:
    """:param site: its name for people, "GitHub"."""
    logger.warning("user %s did not return from a visit to %s: %s", request.user.pk, site, reason)
    return render(request, "onboarding/not_expected.html", {"site": site}, status=400)
