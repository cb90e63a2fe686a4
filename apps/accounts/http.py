"""What a request is behind the login, and the middleware that keeps everybody else out."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User
from apps.core.http import HtmxRequest


class AuthenticatedRequest(HtmxRequest):
    """A request that `SignInMiddleware` has let through."""

    user: User


class SignInMiddleware(LoginRequiredMiddleware):
    """
    Asks for a login on every view that is not marked `login_not_required`.

    A page is redirected to the login. A fragment of a page is not (htmx would follow the redirect
    and swap the login form into the page): it gets 401 and `HX-Redirect`, which moves the browser.
    Whoever sends a form comes back to the page with the form: its address answers no GET.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        fragment = HtmxDetails(request)
        if refusal is None or (not fragment and request.method in ("GET", "HEAD")):
            return refusal
        came_from = fragment.current_url_abs_path if fragment else _referring_page(request)
        page = came_from or resolve_url(settings.LOGIN_REDIRECT_URL)
        login = redirect_to_login(page, settings.LOGIN_URL)
        if not fragment:
            return login
        return HttpResponse(status=401, headers={"HX-Redirect": login.url})


def _referring_page(request: HttpRequest) -> str:
    """Its path; empty where it is not one of ours."""
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path if page.netloc == request.get_host() else ""
