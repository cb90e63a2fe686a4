"""What Atlassian is told when a team is deleted."""

from typing import Any

from django.dispatch import receiver

from apps.jira.connections import connection_of, revoke
from apps.teams.deleting import farewell
from apps.teams.models import Team

ENDED = "Jira: Atlassian has ended the access to {}."
LEFT = (
    "Jira: the access to {} is forgotten here, and Atlassian has not confirmed that it has ended. "
    "Who connected it can end it at id.atlassian.com, under “Connected apps”."
)


@receiver(farewell, dispatch_uid="jira.parting")
def part(*, team: Team, **_arguments: Any) -> str:
    """
    Have Atlassian end the access; a sentence for the receipt, if there was any.

    The rows go with the team's others, so that the receipt counts them.
    """
    connection = connection_of(team)
    if connection is None:
        return ""
    name = connection.site_name or "a site"
    return (ENDED if revoke(connection) else LEFT).format(name)
