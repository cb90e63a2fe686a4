"""A team's way to Jira: made, its site and projects chosen, let go."""

from collections.abc import Collection, Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.fields import DecryptionError
from apps.jira import oauth
from apps.jira.client import JiraClient
from apps.jira.errors import JiraRefused
from apps.jira.models import IssueLink, JiraConnection, JiraIssue, JiraProject
from apps.jira.oauth import Grant
from apps.jira.payloads import Project, Site
from apps.jira.renewing import GONE, good_token
from apps.jira.soon import read_soon
from apps.teams.models import Team

MOST_CHOSEN = 100  # projects; each is a question a night


def adopt(team: Team, grant: Grant, sites: Sequence[Site], *, user: User) -> JiraConnection:
    """
    Make this sign-in the team's; an earlier one is replaced.

    It is not revoked: Atlassian keeps one grant of a person for this site, the new one included.
    The only site is taken at once. Of several, the one that was read stays; else a person chooses.
    """
    with transaction.atomic():
        # A return that comes twice, one by one. Without the key: whoever reads holds the connection
        # and adds rows that refer to the team, and each would wait for the other.
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        connection = JiraConnection.objects.select_for_update().filter(team=team).first()
        connection = connection or JiraConnection(team=team)
        connection.hold(grant.token, grant.refresh_token, grant.expires_at)
        connection.scopes = grant.scopes[:255]
        connection.connected_by = user
        connection.attention, connection.is_refused, connection.failures = "", False, 0
        kept = [site for site in sites if site.cloud_id == connection.cloud_id]
        site = sites[0] if len(sites) == 1 else kept[0] if kept else None
        _take_site(connection, site)
        connection.save()
    return connection


def choose_site(connection: JiraConnection, site: Site) -> None:
    """Read this one from now on; what was read of another is deleted."""
    with transaction.atomic():
        locked = JiraConnection.objects.select_for_update().get(pk=connection.pk)
        _take_site(locked, site)
        locked.save()


def _take_site(connection: JiraConnection, site: Site | None) -> None:
    if site is None or site.cloud_id != connection.cloud_id:
        _forget_what_was_read(connection.team)
        connection.synced_at = connection.sync_began_at = None
    connection.cloud_id = site.cloud_id if site else ""
    connection.site_name = site.name if site else ""
    connection.site_url = site.url if site else ""
    connection.sync_claim = ""  # whoever reads just now stops at its next page
    has_projects = JiraProject.objects.filter(team=connection.team).exists()
    connection.due_at = timezone.now() if site and has_projects else None
    if connection.due_at:
        JiraProject.objects.filter(team=connection.team).update(attention="")
        read_soon(connection.team_id)


def choose_projects(connection: JiraConnection, chosen: Collection[Project]) -> None:
    """Read these from now on; what was read of others is deleted."""
    team = connection.team
    with transaction.atomic():
        locked = JiraConnection.objects.select_for_update().get(pk=connection.pk)
        by_id = {project.jira_id: project for project in chosen}
        JiraProject.objects.filter(team=team).exclude(jira_id__in=by_id).delete()
        known = set(JiraProject.objects.filter(team=team).values_list("jira_id", flat=True))
        JiraProject.objects.bulk_create(
            JiraProject(team=team, jira_id=each.jira_id, key=each.key, name=each.name)
            for each in by_id.values()
            if each.jira_id not in known
        )
        JiraProject.objects.filter(team=team).update(attention="")
        locked.due_at, locked.failures = timezone.now(), 0
        locked.attention = locked.attention if locked.is_refused else ""
        locked.sync_claim = ""
        locked.save()
        read_soon(team.pk)


def ask_to_read(connection: JiraConnection) -> None:
    """A button: read now what has changed, also with a way that Jira has refused."""
    JiraConnection.objects.filter(pk=connection.pk).update(
        due_at=timezone.now(), is_refused=False, failures=0
    )
    read_soon(connection.team_id)


def disconnect(team: Team) -> bool:
    """
    Delete the connection and all that was read, and `revoke` what was granted.

    :returns: whether that is done; True where there was none.
    """
    with transaction.atomic():
        connection = JiraConnection.objects.select_for_update().filter(team=team).first()
        if connection is None:
            return True
        connection.delete()
        _forget_what_was_read(team)
    return revoke(connection)


def revoke(connection: JiraConnection) -> bool:
    """
    Have Atlassian revoke what it granted; whether it says that it has.

    Not where the same person has connected another team: the grant is one for both.
    """
    person = connection.connected_by_id
    others = JiraConnection.objects.filter(connected_by=person).exclude(team=connection.team_id)
    is_shared = person is not None and others.exists()
    return False if is_shared else oauth.revoke(_refresh_token(connection))


def _forget_what_was_read(team: Team) -> None:
    IssueLink.objects.filter(team=team).delete()
    JiraIssue.objects.filter(team=team).delete()
    JiraProject.objects.filter(team=team).delete()


def _refresh_token(connection: JiraConnection) -> str:
    try:
        return connection.refresh_token
    except DecryptionError:
        return ""


def client_of(connection: JiraConnection) -> JiraClient:
    """
    A client of the team's site, which renews its token where it has to; not in a transaction.

    :raises JiraRefused: if no site is chosen.
    """
    if not connection.cloud_id:
        raise JiraRefused(GONE)
    return JiraClient(connection.cloud_id, partial(good_token, connection.pk))


def connection_of(team: Team) -> JiraConnection | None:
    return JiraConnection.objects.filter(team=team).select_related("connected_by").first()
