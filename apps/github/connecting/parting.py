"""What GitHub is told when a team is deleted."""

from typing import Any

from django.conf import settings
from django.dispatch import receiver

from apps.github.connecting.connections import disconnect
from apps.github.models import Connection
from apps.teams.deleting import farewell
from apps.teams.models import Team


@receiver(farewell, dispatch_uid="github.parting")
def give_back(*, team: Team, **_arguments: Any) -> str:
    """Forget the way to GitHub, revoking what is ours to revoke; the sentence for the receipt."""
    connection = Connection.objects.filter(team=team).first()
    if connection is None:
        return ""
    disconnect(team)
    match connection.kind:
        case Connection.Kind.APP:
            return (
                f"GitHub: no token of {connection.account_login} is stored anywhere. The GitHub App"
                " is still installed there; an owner can uninstall it at"
                f" {settings.GITHUB_WEB_URL}/settings/installations."
            )
        case Connection.Kind.OAUTH:
            return f"GitHub: the sign-in of {connection.viewer_login} was given back and forgotten."
    return (
        f"GitHub: the token of {connection.viewer_login} is forgotten here. It is theirs: if it is"
        f" used for nothing else, they can delete it at {settings.GITHUB_WEB_URL}/settings/tokens."
    )
