"""To GitHub and back, to sign in or to connect a GitHub account with one's own here."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts import at_github
from apps.accounts.addresses import address_of, our_path
from apps.accounts.http import AuthenticatedRequest
from apps.accounts.pace import TooOften, count
from apps.accounts.too_often import too_often

LAST_WAY = "Give your account an address first: GitHub is the only way you can sign in."


@login_not_required
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Leave for GitHub, to come back signed in."""
    return _leave(request, next_path=our_path(request.POST.get("next", "")))


@require_POST
def connect(request: AuthenticatedRequest) -> HttpResponse:
    """Leave for GitHub, to be able to sign in with it from now on."""
    return _leave(request, is_connecting=True)


def _leave(
    request: HttpRequest, *, next_path: str = "", is_connecting: bool = False
) -> HttpResponse:
    if not at_github.is_offered():
        raise Http404
    try:
        count("sign_in", address_of(request))
    except TooOften as exc:
        return too_often(request, exc)
    user = request.user if is_connecting and request.user.is_authenticated else None
    return at_github.leave(request, next_path=next_path, user=user)


@login_not_required
@require_GET
@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """Who was asked at GitHub comes back here, with a code or without."""
    if not at_github.is_offered():
        raise Http404
    answer: HttpResponse = at_github.callback(request)
    return answer


@require_POST
def disconnect(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Forget a GitHub account of the person's."""
    mine = at_github.identities_of(request.user).filter(pk=pk).first()
    if mine is None:
        raise Http404
    if request.user.email or request.user.has_usable_password():
        mine.delete()
        messages.success(request, "GitHub does not sign you in here any more.")
    else:
        messages.error(request, LAST_WAY)
    return redirect("accounts:account")
