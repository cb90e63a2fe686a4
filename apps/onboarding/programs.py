"""Views for programs: whoever is refused is told so in JSON, and nobody is led to a login."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from apps.accounts.pace import TooOften

NO_SESSION = "Sign in first."
NO_TEAM = "There is no such team."
ADMINS_ONLY = "Only an admin of the team may do this."

View = Callable[..., HttpResponse]


def for_programs(view: View) -> View:
    """`view(request, slug)` may raise what a page would; the answers are those of a page."""

    @login_not_required  # it is asked for here: a program cannot follow to a form
    @wraps(view)
    def answering(request: HttpRequest, slug: str) -> HttpResponse:
        if not request.user.is_authenticated:
            return refused(NO_SESSION, status=401)
        try:
            return view(request, slug)
        except Http404:
            return refused(NO_TEAM, status=404)
        except PermissionDenied:
            return refused(ADMINS_ONLY, status=403)
        except TooOften as exc:
            answer = refused(str(exc), status=429)
            answer.headers["Retry-After"] = str(exc.seconds)
            return answer

    return answering


def refused(sentence: str, *, status: int, **more: object) -> JsonResponse:
    return JsonResponse({"error": sentence, **more}, status=status)
