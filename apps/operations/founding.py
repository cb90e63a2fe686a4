"""The teams that commands make: connected, with their repositories chosen, ready to begin."""

from apps.accounts.demo import demo_user
from apps.accounts.models import User
from apps.github.api import directory
from apps.github.api.client import open_client
from apps.github.choosing.selection import select_repositories
from apps.github.connecting.connections import connect
from apps.github.models import Connection, TrackedRepository
from apps.operations.lookup import team_called, teams_called
from apps.operations.wanted import Wanted
from apps.teams.founding import found_team
from apps.teams.models import Team

DEMO_TEAM = "Northwind Labs"  # as the sandbox's organisation
TERMINAL = (
    "terminal"  # the user who founds what `onboard` makes; it has no password until given one
)


def founded_for_the_demo() -> Team:
    """The team that the demo's visitor finds: it has a name, and every step ahead of it."""
    return found_team(founder=demo_user(), name=DEMO_TEAM)


def demo_team(token: str) -> Team:
    """
    The demo user's team, with every repository of the sandbox's organisation.

    :raises GitHubError: if the sandbox refuses.
    """
    with open_client(token) as client:
        organization = directory.accounts(client)[1]  # the first is the token's owner
        repositories = directory.repositories(client, organization.login)
    team = found_team(founder=demo_user(), name=organization.name or organization.login)
    connect(team, token=token, account_login=organization.login)
    select_repositories(team, [repository.name_with_owner for repository in repositories])
    return team


def team_for(wanted: Wanted) -> Team:
    """
    The team of that name or slug, founded where there is none.

    :raises NoSuchTeam: if several teams share the name.
    """
    if teams_called(wanted.team):
        return team_called(wanted.team)
    founder, created = User.objects.get_or_create(username=TERMINAL)
    if created:
        founder.set_unusable_password()
        founder.save(update_fields=["password"])
    return found_team(founder=founder, name=wanted.team)


def equip(team: Team, wanted: Wanted, *, token: str) -> bool:
    """
    Give the team this token, and the wanted repositories beside those it has; True if any is new.

    A team keeps the account that it was first connected to: its members are the team's.

    :raises GitHubError: with a sentence, if GitHub refuses the token, the account or a repository.
    """
    connection = Connection.objects.filter(team=team).first()
    connect(
        team, token=token, account_login=connection.account_login if connection else wanted.owner
    )
    selected = TrackedRepository.objects.filter(team=team, is_selected=True)
    present = {name.lower(): name for name in selected.values_list("name_with_owner", flat=True)}
    missing = [name for name in wanted.repositories if name.lower() not in present]
    if missing:
        select_repositories(team, [*present.values(), *missing])
    return bool(missing)
