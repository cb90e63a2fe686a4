"""The health endpoint: for load balancers and alarms, without a login and without names."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from apps.pipeline.health import health_of_pipeline


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while work flows, 503 when tickets wait for a worker; counts only."""
    connection.ensure_connection()
    found = health_of_pipeline()
    return JsonResponse(vars(found), status=200 if found.ok else 503)
