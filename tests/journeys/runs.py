"""A team's run in a house, from its connection to what must hold at its end."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import httpx

from apps.github.choosing import selection
from apps.github.connecting import connections
from apps.notifications.messages import COMPLETE, READY
from apps.notifications.models import Notification
from apps.notifications.tasks import deliver_due
from apps.pipeline.machine import Status, journey
from apps.pipeline.moves import move
from apps.pipeline.standing import standing_of
from apps.teams.models import Team
from tests.factories import MembershipFactory
from tests.journeys.house import House
from tests.journeys.rows import journey_of, rows_of, tickets_of

Rows = dict[str, list[tuple[Any, ...]]]


def connected_team(home: House) -> Team:
    """A team that may read every repository of the sandbox, and has chosen none."""
    team: Team = MembershipFactory().team
    connections.connect(team, token="ghp_sandbox_test", account_login="northwind-labs")
    return team


def choosing_team(home: House) -> Team:
    """A team that is about to start, with every repository of the sandbox chosen."""
    team = connected_team(home)
    selection.select_repositories(team, names(home))
    return team


def names(home: House) -> Sequence[str]:
    """Of the sandbox's repositories."""
    return list(httpx.get(f"{home.env['GITHUB_API_URL']}/__truth").json())


def started_team(home: House) -> Team:
    team = choosing_team(home)
    move(team.pk, "start", actor="test")
    return team


def status_of(team: Team) -> str:
    return Team.objects.values_list("onboarding_pipeline_status", flat=True).get(pk=team.pk)


def run_to_the_end(home: House, team: Team) -> None:
    home.until(
        lambda: status_of(team) in (Status.COMPLETE, Status.FAILED), what=f"the end of {team}"
    )


def until_at(home: House, team: Team, status: Status) -> None:
    """Wait until the run has come to a status, or has passed it."""
    home.until(
        lambda: status not in standing_of(Team.objects.get(pk=team.pk)).to_come,
        what=f"{team} at {status}",
    )


def assert_whole(home: House, team: Team, *, two_phase: bool = True) -> None:
    """What holds at the end of every run, whatever happened on the way."""
    stored = Team.objects.get(pk=team.pk)
    assert stored.onboarding_pipeline_status == Status.COMPLETE, stored.onboarding_pipeline_error
    statuses = journey(two_phase=two_phase)
    assert journey_of(team) == list(pairwise((Status.NOT_STARTED, *statuses)))
    assert tickets_of(team) == list(range(1, stored.pipeline_ticket + 1))
    taken = home.tickets_taken(team.pk)
    assert len(taken) == len(set(taken)) >= len(statuses) - 1  # each ticket at most once
    home.send(deliver_due)  # beat does it every minute, for when the step's own message is lost
    about = Notification.objects.filter(team=team)
    kinds = [READY, COMPLETE] if two_phase else [READY]
    home.until(lambda: about.count() >= len(kinds), what="the announcements")
    home.until(lambda: not about.exclude(state=Notification.State.SENT).exists(), what="the mails")
    told = about.filter(kind__in=kinds).order_by("pk")
    assert sorted(told.values_list("kind", flat=True)) == sorted(kinds)  # each once
    user = told[0].user
    assert user is not None
    assert home.mails_to(user.email) == about.count()


def undisturbed(home: House) -> Rows:
    """The rows of the same world without a crash, to compare with."""
    team = started_team(home)
    run_to_the_end(home, team)
    assert_whole(home, team)
    return rows_of(team)
