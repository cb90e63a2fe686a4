"""Pages whose buttons lead to another site."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def leads_to(setting: str) -> Callable[[View], View]:
    """
    Let the page's forms lead there: a browser holds `form-action` against redirects too.

    :param setting: name of the one that holds the site's address, without a path; or several.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
            named = getattr(settings, setting)
            allowed = csp_update({"form-action": [named] if isinstance(named, str) else named})
            return allowed(view)(*args, **kwargs)

        return wrapped

    return decorated
