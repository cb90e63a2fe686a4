"""A team with an admin and a member, each in a browser of their own."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.teams.models import Team
from tests.factories import MembershipFactory, UserFactory
from tests.teams.inviting import EMAIL, at


@pytest.fixture
def admin(db: Any) -> Any:
    """The membership of the team's only admin."""
    return MembershipFactory(
        team__slug="lantern",
        team__name="Lantern",
        user__username="ada",
        user__email="ada@a.example",
    )


@pytest.fixture
def team(admin: Any) -> Team:
    return admin.team


@pytest.fixture
def ada(admin: Any) -> Client:
    return at(admin.user)


@pytest.fixture
def member(team: Team) -> Any:
    return MembershipFactory(
        team=team, role="member", user__username="grace", user__email="grace@a.example"
    )


@pytest.fixture
def grace(member: Any) -> Client:
    return at(member.user)


@pytest.fixture
def linus(db: Any) -> User:
    """Somebody with an account, and in no team."""
    return UserFactory(username="linus", email=EMAIL)
