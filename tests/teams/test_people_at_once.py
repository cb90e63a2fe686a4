"""Two people at the same moment, each in a thread of their own: one comes after the other."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from apps.teams import people
from apps.teams.admins import Refused
from apps.teams.invitations import NotGood, accept, invite
from apps.teams.models import Invitation, Membership
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[type]:
    """What became of each: the type of what it returned, or of the refusal."""
    meeting = threading.Barrier(len(acts))

    def act(it: Callable[[], Any]) -> type:
        meeting.wait(timeout=30)
        try:
            return type(it())
        except (Refused, PermissionDenied, NotGood, Membership.DoesNotExist) as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def admins(team):
    return team.memberships.filter(role="admin").count()


@pytest.fixture
def two(admin):
    return admin, MembershipFactory(team=admin.team, user__username="grace")


def test_s_024_of_two_last_admins_who_leave_at_once_one_stays(two, team):
    ended = at_once(*(lambda one=one: people.leave(team, user=one.user) for one in two))

    assert sorted(end.__name__ for end in ended) == ["NoneType", "Refused"]
    assert admins(team) == team.memberships.count() == 1


def test_s_024_two_admins_who_remove_each_other_do_not_both_go(two, team):
    ada, grace = two
    ended = at_once(
        lambda: people.remove(team, grace.pk, by=ada.user),
        lambda: people.remove(team, ada.pk, by=grace.user),
    )

    assert sorted(end.__name__ for end in ended) == ["PermissionDenied", "str"]
    assert admins(team) == 1


def test_s_024_two_admins_who_demote_each_other_do_not_both_fall(two, team):
    ada, grace = two
    ended = at_once(
        lambda: people.set_role(team, grace.pk, role="member", by=ada.user),
        lambda: people.set_role(team, ada.pk, role="member", by=grace.user),
    )

    assert sorted(end.__name__ for end in ended) == ["PermissionDenied", "str"]
    assert admins(team) == 1


def test_s_024_one_leaves_while_the_other_is_demoted(two, team):
    ada, grace = two
    ended = at_once(
        lambda: people.leave(team, user=ada.user),
        lambda: people.set_role(team, grace.pk, role="member", by=grace.user),
    )

    assert sorted(end.__name__ for end in ended) in (["NoneType", "Refused"], ["Refused", "str"])
    assert admins(team) == 1


def test_s_021_of_four_clicks_on_one_link_at_once_one_joins(admin, team):
    issued = invite(team, email="linus@b.example", role="member", by=admin.user)
    linus = UserFactory(email="linus@b.example")

    ended = at_once(*(lambda: accept(linus, issued.secret) for _ in range(4)))

    assert sorted(end.__name__ for end in ended) == ["Membership", *["NotGood"] * 3]
    assert team.memberships.filter(role="member").count() == 1


def test_an_address_that_two_admins_invite_at_once_has_one_invitation(two, team):
    ended = at_once(
        *(
            lambda one=one: invite(team, email="linus@b.example", role="member", by=one.user)
            for one in two
        )
    )

    assert sorted(end.__name__ for end in ended) == ["Issued", "Refused"]
    assert Invitation.objects.count() == 1


def test_who_is_removed_at_the_moment_of_inviting_leaves_no_open_door(two, team):
    ada, grace = two
    at_once(
        lambda: invite(team, email="eve@b.example", role="admin", by=grace.user),
        lambda: people.remove(team, grace.pk, by=ada.user),
    )

    assert not Invitation.objects.filter(revoked_at=None).exists()
    assert not Membership.objects.filter(pk=grace.pk).exists()
