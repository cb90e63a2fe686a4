"""Pages whose buttons lead to another site."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def leads_to(setting: str) -> Callable[[View], View]:
    """
    Let the page's forms lead there: a browser holds `form-action` against redirects too.

    :param setting: name of the one that holds the site's address, or several; of an address the
        path is left out, which a browser does not look at behind a redirect.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> HttpResponseBase:
            named = getattr(settings, setting)
            addresses = [named] if isinstance(named, str) else named
            allowed = csp_update({"form-action": [_site(address) for address in addresses]})
            return allowed(view)(*args, **kwargs)

        return wrapped

    return decorated


def _site(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else address
