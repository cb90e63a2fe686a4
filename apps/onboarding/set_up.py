"""What a team has set up by the end of the way in, and what may still be added."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.urls import reverse

from apps.github.models import Connection
from apps.jira.models import JiraConnection
from apps.onboarding.models import StepChoice
from apps.onboarding.places import CONNECT, OPTIONAL, REPOSITORIES, SETTINGS, connection_of
from apps.pipeline.standing import standing_of
from apps.slack.models import SlackConnection
from apps.teams.models import Team

#: Whether a team has it, and what only a person can mend about it.
_CONNECTIONS: Mapping[StepChoice.Step, type[JiraConnection | SlackConnection]] = MappingProxyType(
    {StepChoice.Step.JIRA: JiraConnection, StepChoice.Step.SLACK: SlackConnection}
)


@dataclass(frozen=True)
class SetUp:
    """One line: what it is, how it stands, and where that is changed."""

    name: str
    sentence: str
    is_there: bool
    attention: str  #: a sentence: what is wrong with it; empty: nothing
    action: str  #: what the link says; empty where there is none
    url: str


def set_up_of(team: Team, *, may_change: bool) -> tuple[SetUp, ...]:
    """:param may_change: whether the links to change it are shown."""
    lines = (_github(team), _repositories(team), *(_optional(team, step) for step in OPTIONAL))
    return lines if may_change else tuple(_without_link(line) for line in lines)


def _github(team: Team) -> SetUp:
    connection = connection_of(team)
    if connection is None or not connection.is_open:
        because = connection.closed_because if connection else ""
        return _line(team, "GitHub", "not connected", CONNECT, "Connect", attention=because)
    how = {
        Connection.Kind.APP: "by the GitHub App",
        Connection.Kind.OAUTH: f"by the sign-in of {connection.viewer_login}",
        Connection.Kind.TOKEN: f"by a token of {connection.viewer_login}",
    }[Connection.Kind(connection.kind)]
    said = f"{connection.account_login}, {how}"
    return _line(team, "GitHub", said, CONNECT, "Change", is_there=True)


def _repositories(team: Team) -> SetUp:
    number = team.repositories.filter(is_selected=True).count()
    said = f"{number} chosen"
    if standing_of(team).is_active:  # they are not changed while they are read
        return SetUp("Repositories", said, is_there=bool(number), attention="", action="", url="")
    return _line(team, "Repositories", said, REPOSITORIES, "Change", is_there=bool(number))


def _optional(team: Team, step: StepChoice.Step) -> SetUp:
    name, place = step.label, OPTIONAL[step]
    connection = _CONNECTIONS[step].objects.filter(team=team).first()
    if connection is None:
        skipped = StepChoice.objects.filter(
            team=team, step=step, choice=StepChoice.Choice.SKIPPED
        ).exists()
        said = "skipped" if skipped else "not set up"
        return _line(team, name, said, place, f"Connect {name}")
    said = _where(connection) or "connected"
    tab = SETTINGS[step]
    return _line(team, name, said, tab, "Change", is_there=True, attention=connection.attention)


def _where(connection: JiraConnection | SlackConnection) -> str:
    if isinstance(connection, JiraConnection):
        return connection.site_name
    channel = f"#{connection.channel_name} in " if connection.channel_name else ""
    return f"{channel}{connection.workspace_name}"


def _line(
    team: Team,
    name: str,
    sentence: str,
    place: str,
    action: str,
    *,
    is_there: bool = False,
    attention: str = "",
) -> SetUp:
    return SetUp(name, sentence, is_there, attention, action, reverse(place, args=[team.slug]))


def _without_link(line: SetUp) -> SetUp:
    return SetUp(line.name, line.sentence, line.is_there, line.attention, action="", url="")
