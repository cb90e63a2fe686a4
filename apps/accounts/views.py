"""Signing in and out."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from apps.accounts.demo import user_of_link
from apps.accounts.forms import SignInForm


class SignIn(LoginView):
    """The login page; who is signed in already is sent on."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@login_not_required
@require_GET
def demo(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a demo link, and go where a new user goes. 404 for any link that is not good."""
    user = user_of_link(token)
    if user is None:
        raise Http404
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(settings.LOGIN_REDIRECT_URL)
