"""What each number means, for whoever reads one."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.http import AuthenticatedRequest
from apps.dashboard.evidence_words import CLASSES
from apps.metrics.definitions import NOTES, SHOWN, TABLE, TERMS
from apps.metrics.formulas import DEFINITIONS
from apps.teams.access import team_of


@require_safe
def definitions(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """The same for every team; each number has its own anchor."""
    context = {
        "team": team_of(request.user, slug),
        "terms": TERMS,
        "numbers": [(one, SHOWN[one.kind]) for one in TABLE],
        "classes": CLASSES,
        "notes": NOTES,
        "version": DEFINITIONS,
    }
    return render(request, "dashboard/definitions.html", context)
