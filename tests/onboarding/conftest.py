"""A person in front of the pages, and teams in the places where they can be."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.github.models import Connection, TrackedRepository
from apps.sandbox.server import Sandbox, running
from tests.factories import MembershipFactory, TrackedRepositoryFactory
from tests.onboarding.at_github import connect_by_sign_in
from tests.registrations import app_keys, github_app, oauth_app

__all__ = ["app_keys", "github_app", "oauth_app"]


@pytest.fixture
def person(client: Client, django_user_model: type[User]) -> User:
    """Signed in at `client`."""
    user = django_user_model.objects.create_user("mira", "mira@example.org")
    client.force_login(user)
    return user


@pytest.fixture
def team(person: User) -> Any:
    """The person's team, while its pull requests are being read."""
    team = MembershipFactory(
        user=person,
        team__slug="lantern",
        team__onboarding_pipeline_status="syncing",
        team__pipeline_run=1,
        team__pipeline_ticket=2,
        team__pipeline_claimed=2,
    ).team
    TrackedRepositoryFactory(
        team=team,
        name_with_owner="lantern/harbor",
        sync_status="syncing",
        sync_prs_total=40,
        sync_prs_completed=12,
    )
    return team


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A small GitHub over real HTTP: one organisation with two repositories."""
    with running(small=True) as servers:
        yield servers


@pytest.fixture
def github(sandbox: Sandbox, settings: Any) -> Sandbox:
    """The sandbox, as the GitHub that the pages ask."""
    settings.GITHUB_GRAPHQL_URL = sandbox.graphql_url
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"max_retries": 0}
    return sandbox


@pytest.fixture
def fresh(person: User) -> Any:
    """A team of the person's that is not connected yet."""
    return MembershipFactory(user=person, team__slug="fresh").team


@pytest.fixture
def reading(client: Client, fresh: Any, oauth_app: Sandbox) -> Any:
    """The team, connected by the first member, with a repository of the organisation chosen."""
    connect_by_sign_in(client, fresh)
    organization = oauth_app.world.organization
    Connection.objects.update(
        account_login=organization.login,
        account_id=organization.database_id,
        account_type="organization",
    )
    TrackedRepository.objects.create(team=fresh, name_with_owner="northwind-labs/harbor")
    return fresh
