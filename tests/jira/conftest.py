"""A Jira over real HTTP, a person in front of it, and a team that has connected it."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.jira.connections import choose_projects, client_of
from apps.jira.models import JiraConnection
from apps.sandbox.jira import sign_in
from apps.sandbox.server import Sandbox, running
from tests.factories import MembershipFactory
from tests.jira.at_atlassian import connect


@pytest.fixture
def jira(settings: Any) -> Iterator[Sandbox]:
    """The sandbox's, at which this site is known; whoever is asked there agrees at once."""
    with running(small=True) as sandbox:
        settings.JIRA_AUTH_URL = settings.JIRA_API_URL = sandbox.jira_url
        settings.JIRA_CLIENT_ID = sign_in.CLIENT_ID
        settings.JIRA_CLIENT_SECRET = sign_in.CLIENT_SECRET
        sandbox.jira_grants.agrees = True
        yield sandbox


@pytest.fixture
def person(client: Any, django_user_model: Any) -> Any:
    user = django_user_model.objects.create_user("mira", "mira@example.org")
    client.force_login(user)
    return user


@pytest.fixture
def team(person: Any) -> Any:
    """The person's, while its first import runs."""
    return MembershipFactory(
        user=person,
        team__slug="lantern",
        team__onboarding_pipeline_status="syncing",
        team__pipeline_run=1,
        team__pipeline_ticket=2,
        team__pipeline_claimed=2,
    ).team


@pytest.fixture
def connected(client: Any, team: Any, jira: Sandbox) -> JiraConnection:
    """The team's Jira, connected through its pages, and no project chosen."""
    connect(client, team)
    return JiraConnection.objects.get(team=team)


@pytest.fixture
def chosen(connected: JiraConnection) -> JiraConnection:
    """The same with two projects chosen, and nothing read."""
    with client_of(connected) as jira_client:
        projects = [each for each in jira_client.projects() if each.key in ("HARB", "LAN")]
    choose_projects(connected, projects)
    connected.refresh_from_db()
    return connected
