"""Which page a team belongs to: read from its rows, so that any device finds the way back."""

from django.urls import reverse

from apps.accounts.models import User
from apps.github.models import Connection
from apps.onboarding.models import StepChoice
from apps.pipeline.machine import Status
from apps.teams.models import Membership, Team

HOME = "onboarding:home"
TEAMS = "onboarding:teams"
MEMBERS = "onboarding:members"
INVITATION = "onboarding:invitation"
CREATE = "onboarding:create_team"
CONNECT = "onboarding:connect"
CONFIRM = "onboarding:confirm"
REPOSITORIES = "onboarding:repositories"
JIRA = "onboarding:jira"
SLACK = "onboarding:slack"
STATUS = "onboarding:status"
DASHBOARD = "dashboard:overview"

#: Where each step is taken that a team need not take, in their order.
OPTIONAL = {StepChoice.Step.JIRA: JIRA, StepChoice.Step.SLACK: SLACK}
#: Where what they connect is changed afterwards.
SETTINGS = {
    StepChoice.Step.JIRA: "onboarding:settings_jira",
    StepChoice.Step.SLACK: "onboarding:settings_slack",
}


def place_of(team: Team, *, may_administer: bool = True) -> str:
    """
    The name of the URL where somebody of the team goes on: the first step that is not done.

    :param may_administer: others watch; the steps are an admin's.
    """
    if team.phase1_completed_at is not None:
        return DASHBOARD
    place = next_step_of(team)
    return STATUS if place in OPTIONAL.values() and not may_administer else place


def next_step_of(team: Team) -> str:
    """The first step that is not done, also where the dashboard has opened meanwhile."""
    if team.onboarding_pipeline_status == Status.NOT_STARTED:
        connection = connection_of(team)
        return REPOSITORIES if connection and connection.is_open else CONNECT
    settled = set(StepChoice.objects.filter(team=team).values_list("step", flat=True))
    return next((place for step, place in OPTIONAL.items() if step not in settled), STATUS)


def connection_of(team: Team) -> Connection | None:
    return Connection.objects.filter(team=team).first()


def account_to_keep(team: Team) -> str:
    """The login of the account that a new way to GitHub has to see; empty before a choice."""
    connection = connection_of(team)
    return connection.account_login if connection and team.repositories.exists() else ""


def memberships_of(user: User) -> list[Membership]:
    """The user's, each with its team, the newest first."""
    return list(user.memberships.select_related("team").order_by("-created"))


def place_of_member(membership: Membership) -> str:
    """The address at which the member goes on with the team."""
    place = place_of(membership.team, may_administer=membership.is_admin)
    return reverse(place, args=[membership.team.slug])
