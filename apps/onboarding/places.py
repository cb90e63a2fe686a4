"""Which page a team belongs to: read from its rows, so that any device finds the way back."""

from apps.accounts.models import User
from apps.github.models import Connection
from apps.pipeline.machine import Status
from apps.teams.models import Team

HOME = "onboarding:home"
CREATE = "onboarding:create_team"
CONNECT = "onboarding:connect"
CONFIRM = "onboarding:confirm"
REPOSITORIES = "onboarding:repositories"
STATUS = "onboarding:status"
DASHBOARD = "dashboard:overview"


def place_of(team: Team) -> str:
    """The name of the URL where the team goes on: the first step that is not done."""
    if team.phase1_completed_at is not None:
        return DASHBOARD
    if team.onboarding_pipeline_status != Status.NOT_STARTED:
        return STATUS
    connection = connection_of(team)
    return REPOSITORIES if connection and connection.is_open else CONNECT


def connection_of(team: Team) -> Connection | None:
    return Connection.objects.filter(team=team).first()


def account_to_keep(team: Team) -> str:
    """The login of the account that a new way to GitHub has to see; empty before a choice."""
    connection = connection_of(team)
    return connection.account_login if connection and team.repositories.exists() else ""


def teams_of(user: User) -> list[Team]:
    """The user's teams, the newest membership first."""
    memberships = user.memberships.select_related("team").order_by("-created")
    return [membership.team for membership in memberships]
