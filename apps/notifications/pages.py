"""What the pages about messages show: each kind, and whether it is wanted."""

from dataclasses import dataclass

from apps.accounts.models import User
from apps.notifications.messages import KINDS, Kind
from apps.notifications.preferences import wanted_by, wanted_in_slack
from apps.slack.connecting import connection_of
from apps.slack.models import SlackConnection
from apps.teams.models import Membership, Team


@dataclass(frozen=True)
class Choice:
    name: str  #: of KINDS
    kind: Kind
    is_wanted: bool


@dataclass(frozen=True)
class TeamChoices:
    team: Team
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class SlackChoices:
    connection: SlackConnection | None
    choices: tuple[Choice, ...]


def choices_of(user: User, *only: Team) -> list[TeamChoices]:
    """What a person may choose, by team; kinds that only admins get are not offered to others."""
    memberships = user.memberships.select_related("team").order_by("team__name", "team__pk")
    if only:
        memberships = memberships.filter(team__in=only)
    found = list(memberships)
    wanted = wanted_by(user, [each.team for each in found])
    return [TeamChoices(each.team, _choices(each, wanted[each.team_id])) for each in found]


def slack_choices_of(team: Team) -> SlackChoices:
    wanted = wanted_in_slack(team)
    choices = tuple(Choice(name, kind, name in wanted) for name, kind in KINDS.items())
    return SlackChoices(connection_of(team), choices)


def _choices(membership: Membership, wanted: frozenset[str]) -> tuple[Choice, ...]:
    offered = {
        name: kind for name, kind in KINDS.items() if membership.is_admin or not kind.to_admins
    }
    return tuple(Choice(name, kind, name in wanted) for name, kind in offered.items())
