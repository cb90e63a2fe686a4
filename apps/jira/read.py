"""Reading a team's Jira: all its projects, then which pull requests name which issues."""

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from apps.jira import client as jira
from apps.jira.client import JiraClient
from apps.jira.connections import client_of
from apps.jira.errors import (
    JiraDown,
    JiraError,
    JiraForbidden,
    JiraLimited,
    JiraNotFound,
    JiraQueryRejected,
    JiraRefused,
)
from apps.jira.links import named_by_pull_requests, store_links
from apps.jira.lookups import look_up_unknown
from apps.jira.models import JiraConnection, JiraProject
from apps.jira.passes import read_project
from apps.jira.renewing import good_token
from apps.jira.soon import read_soon
from apps.jira.turns import Turn, TurnLost, take_turn
from apps.teams.models import Team

logger = logging.getLogger(__name__)

#: Steps of one task; then, where it may, it makes room for others and asks for the next one itself.
MOST_STEPS = 40
#: While Jira is down: until it is asked again; doubles each time.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=2)
#: What Jira has refused it may take again: an administrator's change of mind, a bad moment.
NEXT_TRY = timedelta(days=1)
SITE_GONE = (
    "The Jira site {site} is gone, or whoever connected it may not read it any more. "
    "Connect Jira again."
)
PROJECT_GONE = (
    "The project {key} is gone from Jira, or whoever connected Jira may not read it any more. "
    "Choose the projects again."
)
NOT_UNDERSTOOD = (
    "Jira does not take the question about the project {key}. Whoever runs this server finds it in "
    "the log."
)


def read_team(team_id: int) -> bool:
    """
    Read what has changed; False where nothing is to be read, or somebody reads already.

    Whatever goes wrong is told in the row, never raised: nothing else waits for Jira.
    """
    turn = take_turn(team_id)
    if turn is None:
        return False
    try:
        connection = JiraConnection.objects.select_related("team").get(pk=turn.connection_id)
        with client_of(connection) as client:
            _read(client, turn, connection.team)
    except (TurnLost, JiraConnection.DoesNotExist):
        logger.info("team %s: its Jira is read no further", team_id)
    except JiraLimited as exc:
        turn.end(due_at=timezone.now() + timedelta(seconds=exc.retry_after or 60))
    except JiraRefused as exc:
        turn.end(
            attention=_why_refused(turn, exc), is_refused=True, due_at=timezone.now() + NEXT_TRY
        )
        logger.warning("team %s: Jira refuses its connection", team_id)
    except JiraError as exc:
        _wait(turn, exc)
    except Exception:
        _wait(turn, JiraDown(jira.NO_ANSWER))
        raise
    return True


def _read(client: JiraClient, turn: Turn, team: Team) -> None:
    for step, may_stop in enumerate(_steps(client, turn, team), start=1):
        if step >= MOST_STEPS and may_stop:
            turn.end(due_at=timezone.now(), failures=0)
            read_soon(team.pk)
            return
    gone = JiraProject.objects.filter(team=team).exclude(attention="").order_by("key")
    turn.end(
        synced_at=timezone.now(),
        failures=0,
        is_refused=False,
        attention=" ".join(gone.values_list("attention", flat=True)),
    )


def _steps(client: JiraClient, turn: Turn, team: Team) -> Iterator[bool]:
    """What is left of the round, its projects under way first; each says whether to stop there."""
    left = JiraProject.objects.filter(Q(read_at=None) | Q(read_at__lt=turn.round_began_at))
    left = left.filter(team=team).select_related("team")
    for project in left.order_by(F("pass_began_at").asc(nulls_last=True), "pk"):
        try:
            yield from read_project(client, turn, project)
        except (JiraQueryRejected, JiraNotFound) as exc:
            _set_aside(client, turn, project, exc)
            yield True
    named = named_by_pull_requests(team)
    with turn.batch():
        store_links(team, named)
    yield from look_up_unknown(client, turn, team)


def _set_aside(client: JiraClient, turn: Turn, project: JiraProject, exc: JiraError) -> None:
    """
    Say why a project is not read; the others are.

    :raises JiraRefused: if it is not the project that is gone, but its site.
    """
    try:
        client.project(project.jira_id)
    except JiraNotFound:
        if not _site_is_there(turn):
            raise JiraRefused(_site_gone(turn)) from exc
        sentence = PROJECT_GONE
    else:
        logger.error("Jira refuses a question about a project that is there: %s", exc)
        sentence = NOT_UNDERSTOOD
    project.attention = sentence.format(key=project.key)
    project.read_at = timezone.now()
    with turn.batch():
        project.save(update_fields=["attention", "read_at", "modified"])


def _why_refused(turn: Turn, exc: JiraRefused) -> str:
    """A site that is gone answers as one that may not be read."""
    if not isinstance(exc, JiraForbidden):
        return str(exc)
    try:
        return str(exc) if _site_is_there(turn) else _site_gone(turn)
    except JiraError:
        return str(exc)


def _site_is_there(turn: Turn) -> bool:
    cloud_id = JiraConnection.objects.values_list("cloud_id", flat=True).get(pk=turn.connection_id)
    token = good_token(turn.connection_id)
    return any(site.cloud_id == cloud_id for site in jira.sites(token))


def _site_gone(turn: Turn) -> str:
    connection = JiraConnection.objects.get(pk=turn.connection_id)
    return SITE_GONE.format(site=connection.site_name)


def _wait(turn: Turn, exc: JiraError) -> None:
    """Ask again later, and later still; what is stored stays."""
    rows = JiraConnection.objects.filter(pk=turn.connection_id)
    failures = rows.values_list("failures", flat=True).first() or 0
    wait = min(FIRST_WAIT * 2 ** min(failures, 10), LONGEST_WAIT)
    logger.warning("team %s: Jira is read again in %s: %s", turn.team_id, wait, exc)
    turn.end(due_at=timezone.now() + wait, failures=failures + 1)
