"""Where GitHub tells what has happened: signed requests of a machine, without a session."""

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from apps.github.webhooks import deliveries, signed

logger = logging.getLogger(__name__)

#: GitHub sends nothing larger:
#: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
LARGEST_BODY = 25 * 1024 * 1024


@csrf_exempt  # the signature says more about who sends this than a cookie could
@login_not_required
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """
    Write a delivery down, and answer at once: GitHub waits for 10 seconds.

    202: it is written down, or nothing to us. 200: it was written down before. What it means is
    found out by a task, and the answer is the same whoever's it is, if anybody's.
    """
    if not settings.GITHUB_WEBHOOK_SECRET:
        return _say(503, "Webhooks are not set up here: GITHUB_WEBHOOK_SECRET is empty.")
    body = _body(request)
    if body is None:
        return _say(413, "This is larger than anything that GitHub sends.")
    signature = request.headers.get("X-Hub-Signature-256", "")
    if not signed.is_signed(body, signature=signature, secret=settings.GITHUB_WEBHOOK_SECRET):
        logger.warning("a webhook without GitHub's signature was refused")
        return _say(401, "The signature does not fit. Compare the secret with the one at GitHub.")
    event = request.headers.get("X-GitHub-Event", "")
    try:
        delivery = signed.read(
            body, event=event, delivery_id=request.headers.get("X-GitHub-Delivery", "")
        )
    except signed.Unreadable as exc:
        logger.warning("a signed webhook cannot be read: %s", exc)
        return _say(400, str(exc))
    if delivery is not None and not deliveries.write_down(delivery):
        return _say(200, "This was written down before.")
    return _say(202, "Thank you.")


def _body(request: HttpRequest) -> bytes | None:
    """The bytes as they came; None for too many, of which no more are read than show it."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > LARGEST_BODY:
        return None
    # Not `request.body`: Django has a smaller limit for what people send.
    body = request.read(LARGEST_BODY + 1)
    return body if len(body) <= LARGEST_BODY else None


def _say(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
