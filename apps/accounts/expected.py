"""The address that a page expects somebody to sign in with, filled in on the way to signing in."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

COOKIE = "mergelight_expected_address"
MINUTES = 15


def expect(response: HttpResponseBase, email: str) -> None:
    """
    Let the sign-in page offer this address; empty: none any more.

    A signed cookie of the browser: opening a link writes no row, and no address stands in a URL.
    """
    if email:
        response.set_signed_cookie(
            COOKIE,
            email,
            max_age=MINUTES * 60,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        response.delete_cookie(COOKIE)


def expected(request: HttpRequest) -> str:
    """Empty where no page has sent somebody here."""
    return request.get_signed_cookie(COOKIE, default="", max_age=MINUTES * 60) or ""
