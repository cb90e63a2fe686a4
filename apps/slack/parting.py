"""What Slack is told when a team is deleted."""

from typing import Any

from django.dispatch import receiver

from apps.slack import connecting
from apps.teams.deleting import farewell
from apps.teams.models import Team


@receiver(farewell, dispatch_uid="slack.parting")
def give_back(*, team: Team, **_arguments: Any) -> str:
    """
    Have Slack forget the way to it; the sentence for the receipt.

    The row goes with the team's others, so that the receipt counts it.
    """
    connection = connecting.connection_of(team)
    return f"{connection.workspace_name}: {connecting.give_back(connection)}" if connection else ""
