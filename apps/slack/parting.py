"""What Slack is told when a team is deleted."""

from typing import Any

from django.dispatch import receiver

from apps.slack.connecting import connection_of, disconnect
from apps.teams.deleting import farewell
from apps.teams.models import Team


@receiver(farewell, dispatch_uid="slack.parting")
def give_back(*, team: Team, **_arguments: Any) -> str:
    """Forget the way to Slack, and have Slack forget it; the sentence for the receipt."""
    connection = connection_of(team)
    return f"{connection.workspace_name}: {disconnect(team)}" if connection else ""
