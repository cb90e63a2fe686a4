"""Whether a team's way to GitHub works: what is known here, and what GitHub says when asked now."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q

from apps.github.choosing.preflight import Budget, budget_in
from apps.github.connecting.rejection import client_of
from apps.github.models import Connection, Delivery
from apps.teams.models import Team

#: Of what `viewer` says nothing is used: a question that GitHub refuses where a token is no good.
HEALTH = "query Health { viewer { __typename } rateLimit { remaining resetAt } }"


@dataclass(frozen=True)
class Heard:
    """The last webhook that was about the team."""

    at: datetime
    event: str


def last_read_at(team: Team) -> datetime | None:
    """When a repository of the team was read to its end for the last time."""
    last: datetime | None = team.repositories.aggregate(last=Max("last_synced_at"))["last"]
    return last


def last_heard(connection: Connection) -> Heard | None:
    """Of those that are kept: a month."""
    ids = list(
        connection.team.repositories.filter(is_selected=True, github_id__isnull=False).values_list(
            "github_id", flat=True
        )
    )
    about = Q(repository_id__in=ids)
    if connection.installation_id is not None:
        about |= Q(installation_id=connection.installation_id)
    last = Delivery.objects.filter(about).order_by("-received_at").first()
    return Heard(last.received_at, last.event) if last else None


def ask_now(team: Team) -> Budget | None:
    """
    What is left of the hour's points; None where the server has no limit.

    :raises GitHubError, PermanentError: with a sentence; a way that GitHub refuses is closed.
    """
    with client_of(team) as client:
        return budget_in(client.query(HEALTH).data)
