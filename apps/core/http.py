"""Requests that htmx may send, and pages that no shared cache may keep."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """What `HtmxMiddleware` makes of every request."""

    htmx: HtmxDetails


class PrivatePagesMiddleware:
    """
    Marks every answer to a signed-in user `private, no-store`.

    One team's page must never come out of a cache for another, whatever a view forgets.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
