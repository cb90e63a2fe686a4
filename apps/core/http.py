"""What every request and answer passes: whose address it is, what pages may do, who keeps them."""

import contextlib
import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """What `HtmxMiddleware` makes of every request."""

    htmx: HtmxDetails


class RealAddressMiddleware:
    """
    Makes REMOTE_ADDR the visitor's address behind proxies of our own (the setting PROXIES).

    X-Forwarded-For is written by anybody: only what our proxies have added to its end is believed.
    Without proxies none of it is, and a request with fewer addresses has come past them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if 0 < settings.PROXIES <= len(told):
            with contextlib.suppress(ValueError):  # not an address: the proxy's own stays
                address = ipaddress.ip_address(told[-settings.PROXIES].strip())
                request.META["REMOTE_ADDR"] = str(address)
        return self.get_response(request)


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
