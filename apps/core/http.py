"""Requests of htmx, and what every answer passes: what pages may do, and who may keep them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """What `HtmxMiddleware` makes of every request."""

    htmx: HtmxDetails


class PermissionsPolicyMiddleware:
    """Tells browsers that no page of ours, nor anything in it, may use these."""

    #: Of https://www.w3.org/TR/permissions-policy/, what would hurt if a script ever got in.
    NOBODY = (
        *("camera", "display-capture", "geolocation", "gyroscope", "accelerometer", "microphone"),
        *("midi", "payment", "usb", "publickey-credentials-get"),
    )
    VALUE = ", ".join(f"{feature}=()" for feature in NOBODY)

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.VALUE)
        return response


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


class FormsOnlyMiddleware:
    """
    Gives people a page instead of an empty 405.

    A form with an error comes back at the address it was sent to, and whoever opens that address
    once more has not sent the form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not (isinstance(response, HttpResponseNotAllowed) and request.accepts("text/html")):
            return response
        page = render(request, "405.html", status=response.status_code)
        page.headers["Allow"] = response.headers["Allow"]
        return page
