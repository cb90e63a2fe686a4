"""What Atlassian is told when a team is deleted."""

from typing import Any

from django.dispatch import receiver

from apps.jira.connections import connection_of, disconnect
from apps.teams.deleting import farewell
from apps.teams.models import Team

ENDED = "Jira: Atlassian has ended the access to {}."
LEFT = (
    "Jira: the access to {} is forgotten here, and Atlassian has not confirmed that it has ended. "
    "Who connected it can end it at id.atlassian.com, under “Connected apps”."
)


@receiver(farewell, dispatch_uid="jira.parting")
def part(*, team: Team, **_arguments: Any) -> str:
    """Let Jira go with all that was read of it; a sentence for the receipt, if there was any."""
    connection = connection_of(team)
    if connection is None:
        return ""
    name = connection.site_name or "a site"
    return (ENDED if disconnect(team) else LEFT).format(name)
