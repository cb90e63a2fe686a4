"""The answer to what was done too often: 429 with the time, as a page, a sentence or JSON."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from apps.accounts.pace import TooOften


def too_often(request: HttpRequest, refusal: TooOften) -> HttpResponse:
    """For a browser a page, for htmx (which does not swap it in) and programs the sentence."""
    response: HttpResponse
    if HtmxDetails(request):
        response = HttpResponse(str(refusal), content_type="text/plain", status=429)
    elif request.accepts("text/html"):
        response = render(request, "429.html", {"sentence": str(refusal)}, status=429)
    else:
        said = {"error": str(refusal), "retry_after": refusal.seconds}
        response = JsonResponse(said, status=429)
    response.headers["Retry-After"] = str(refusal.seconds)
    return response
