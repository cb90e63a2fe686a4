"""A person in front of the pages, and teams in the places where they can be."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from tests.factories import MembershipFactory, TrackedRepositoryFactory


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
