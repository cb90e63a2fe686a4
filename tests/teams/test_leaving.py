"""Leaving a team, and that its last admin stays (S-024)."""

import pytest

from apps.accounts.models import User
from apps.metrics.models import CountingChange
from apps.onboarding import parting
from apps.teams.admins import LAST_ADMIN
from apps.teams.models import Invitation
from tests.factories import MembershipFactory, PersonFactory
from tests.teams.inviting import invite, is_in, role_of, url

pytestmark = pytest.mark.django_db

LAST = LAST_ADMIN


# --- Leaving, and S-024: the last admin ---


def test_a_member_leaves_after_being_asked(grace, team, member):
    asked = grace.get(url("leave", team.slug))
    assert is_in(member)

    answer = grace.post(url("leave", team.slug), follow=True)

    assert "Leave Lantern?" in asked.text
    assert "You are not in Lantern any more." in answer.text
    assert not is_in(member)
    assert User.objects.filter(pk=member.user_id).exists()


def test_the_second_of_two_clicks_on_leaving_finds_it_done(grace, team, member, monkeypatch):
    """Both have passed the question whether one is in the team; the first is faster."""
    leave = parting.leave

    def after_the_other(team, *, user):
        leave(team, user=user)
        leave(team, user=user)

    monkeypatch.setattr(parting, "leave", after_the_other)

    assert grace.post(url("leave", team.slug)).headers["Location"] == url("teams")
    assert not is_in(member)


def test_s_024_the_last_admin_does_not_leave(ada, team, admin, member):
    page, answer = ada.get(url("leave", team.slug)), ada.post(url("leave", team.slug))

    for shown in (page, answer):
        assert LAST in shown.text
        assert "Leave the team</button>" not in shown.text
    assert is_in(admin)


def test_s_024_the_last_admin_is_not_removed(ada, team, admin, member):
    answer = ada.post(url("member_remove", team.slug, admin.pk), follow=True)

    assert LAST in answer.text
    assert is_in(admin)


def test_s_024_the_last_admin_is_no_member(ada, team, admin, member):
    answer = ada.post(url("member_role", team.slug, admin.pk), {"role": "member"}, follow=True)

    assert LAST in answer.text
    assert role_of(admin) == "admin"


def test_s_024_an_admin_who_cannot_sign_in_does_not_count(ada, team, admin):
    MembershipFactory(team=team, user__is_active=False)

    assert LAST in ada.post(url("leave", team.slug)).text
    assert is_in(admin)


def test_s_024_what_is_refused_has_changed_nothing(ada, team, admin):
    account = PersonFactory(team=team, membership=admin)
    invite(ada, team, "linus@b.example")

    ada.post(url("leave", team.slug))

    account.refresh_from_db()
    assert account.membership == admin
    assert Invitation.objects.get().revoked_at is None
    assert not CountingChange.objects.exists()


def test_with_another_admin_one_may_go_and_removes_oneself_by_either_way(ada, team, admin):
    MembershipFactory(team=team)

    answer = ada.post(url("member_remove", team.slug, admin.pk), follow=True)

    assert answer.redirect_chain[-1][0] == url("teams")
    assert not is_in(admin)
