"""Pages whose buttons lead to another site, and the page for who was not expected back from one."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from apps.onboarding.visits import VisitRefused

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]


def leads_to(setting: str) -> Callable[[View], View]:
    """
    Let the page's forms lead there: a browser holds `form-action` against redirects too.

    :param setting: name of the one that holds the site's address, without a path.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
            allowed = csp_update({"form-action": [getattr(settings, setting)]})
            return allowed(view)(*args, **kwargs)

        return wrapped

    return decorated


def not_expected(request: HttpRequest, site: str, reason: VisitRefused) -> HttpResponse:
    """:param site: its name for people, "GitHub"."""
    logger.warning("user %s did not return from a visit to %s: %s", request.user.pk, site, reason)
    return render(request, "onboarding/not_expected.html", {"site": site}, status=400)
