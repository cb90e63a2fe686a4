"""Staff who open a team in the admin, with a reason."""

from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from apps.teams.staff.tenants import team_parameter

WHY = "Ticket 1234: the import stands still"


def visit(client: Client, *teams: Any, why: str = WHY) -> None:
    """From here on, and for an hour, the pages of these teams open."""
    for team in teams:
        answer = client.post(reverse("admin:why", args=[team.pk]), {"why": why})
        assert answer.status_code == 302, answer.status_code


def list_of(model: Any, team: Any) -> str:
    """The address of the admin's list of the model, narrowed to the team."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode({team_parameter(model): team.pk})}"
