"""A team is reached through the memberships of the person who asks, or not at all."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from apps.teams.access import administered_team, is_admin, team_of
from tests.factories import MembershipFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_member_reaches_the_team():
    membership = MembershipFactory(role="member")

    assert team_of(membership.user, membership.team.slug) == membership.team


@pytest.mark.parametrize("reach", [team_of, administered_team])
def test_a_foreign_team_and_no_team_are_the_same(reach):
    foreign, stranger = TeamFactory(), UserFactory()

    for slug in (foreign.slug, "no-such-team"):
        with pytest.raises(Http404) as raised:
            reach(stranger, slug)
        assert str(raised.value) == ""


def test_only_an_admin_may_change_the_team():
    admin = MembershipFactory()
    member = MembershipFactory(team=admin.team, role="member")

    assert administered_team(admin.user, admin.team.slug) == admin.team
    with pytest.raises(PermissionDenied):
        administered_team(member.user, admin.team.slug)


def test_an_admin_of_one_team_is_none_of_another():
    admin = MembershipFactory()
    other = MembershipFactory(user=admin.user, role="member").team

    assert is_admin(admin.user, admin.team)
    assert not is_admin(admin.user, other)
    with pytest.raises(PermissionDenied):
        administered_team(admin.user, other.slug)


def test_the_queries_are_one_each(django_assert_num_queries):
    membership = MembershipFactory()

    with django_assert_num_queries(1):
        team_of(membership.user, membership.team.slug)
    with django_assert_num_queries(1):
        administered_team(membership.user, membership.team.slug)
