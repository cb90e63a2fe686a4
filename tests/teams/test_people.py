"""Roles, going and being removed: at once, for admins only, and never without an admin."""

import pytest
from django.core import mail

from apps.accounts.models import User
from apps.github.models import Connection
from apps.metrics.models import CountingChange
from apps.notifications.deliver import deliver_due
from apps.notifications.models import Notification
from apps.pipeline.rows import rows
from apps.teams.admins import LAST_ADMIN
from apps.teams.models import Invitation, Membership, Team
from tests.factories import MembershipFactory, PersonFactory, TeamFactory
from tests.teams.inviting import at, invite, join, role_of, secret_in, url

pytestmark = pytest.mark.django_db

LAST = LAST_ADMIN


# --- The list ---


def test_everybody_sees_who_is_in_the_team_and_only_admins_what_changes_it(
    ada, grace, team, admin, member
):
    invite(ada, team, "linus@b.example")

    for browser, may_change in ((ada, True), (grace, False)):
        text = browser.get(url("members", team.slug)).text
        assert ">ada</bdi>" in text
        assert ">grace</bdi>" in text
        for for_admins in ("a.example", "linus@b.example", "Remove…", "/role/", "Invite somebody"):
            assert (for_admins in text) is may_change


@pytest.mark.parametrize(
    ("name", "posted"),
    [
        ("invite", {"email": "x@b.example", "role": "admin"}),
        ("member_role", {"role": "admin"}),
        ("member_remove", {}),
        ("invitation_again", {}),
        ("invitation_back", {}),
    ],
)
def test_s_005_a_member_changes_nobody(name, posted, ada, grace, team, admin, member):
    invite(ada, team, "linus@b.example")
    rows = {"invite": [], "member_role": [member.pk], "member_remove": [admin.pk]}
    ids = rows.get(name, [Invitation.objects.get().pk])
    before = list(Membership.objects.values()), list(Invitation.objects.values())

    assert grace.post(url(name, team.slug, *ids), posted).status_code == 403
    assert (list(Membership.objects.values()), list(Invitation.objects.values())) == before
    assert len(mail.outbox) == 1


# --- Roles ---


def test_an_admin_makes_an_admin_and_a_member_again(ada, grace, team, member):
    for role, said, status in (
        ("admin", "grace is an admin now.", 200),
        ("member", "grace is a member now", 403),
    ):
        answer = ada.post(url("member_role", team.slug, member.pk), {"role": role}, follow=True)
        assert said in answer.text
        assert role_of(member) == role
        assert grace.get(url("connect", team.slug)).status_code == status


def test_a_role_that_is_so_already_is_no_change(ada, team, member):
    answer = ada.post(url("member_role", team.slug, member.pk), {"role": "member"}, follow=True)

    assert "That was so already." in answer.text


def test_whose_account_is_whose_stays_through_a_change_of_roles(ada, team, member):
    account = PersonFactory(team=team, membership=member)

    for role in ("admin", "member"):
        ada.post(url("member_role", team.slug, member.pk), {"role": role})

    account.refresh_from_db()
    assert account.membership == member


# --- S-004: removed ---


def test_s_004_a_removed_member_has_nothing_at_the_next_request(ada, grace, team, member):
    pages = [
        url("status", team.slug),
        url("members", team.slug),
        url("leave", team.slug),
        f"/teams/{team.slug}/",
        f"/teams/{team.slug}/people/",
        f"/teams/{team.slug}/counting/",
    ]
    assert grace.get(url("members", team.slug)).status_code == 200

    answer = ada.post(url("member_remove", team.slug, member.pk), follow=True)

    assert "grace is not in the team any more." in answer.text
    for page in pages:
        assert grace.get(page).status_code == 404
        assert grace.get(page, headers={"HX-Request": "true"}).status_code == 404
        assert grace.post(page).status_code in (404, 405)
    assert "Lantern" not in grace.get(url("teams")).text


def test_s_004_a_removed_member_gets_no_more_mails(ada, team, member):
    row = Notification.objects.create(team=team, user=member.user, kind="ready", run=1)

    ada.post(url("member_remove", team.slug, member.pk))
    deliver_due()

    row.refresh_from_db()
    assert row.state == Notification.State.REFUSED
    assert mail.outbox == []


def test_s_004_a_removed_admin_does_not_come_back_by_a_link_of_their_own(ada, team):
    eve = MembershipFactory(team=team, user__email="eve@b.example")
    browser = at(eve.user)
    own = invite(browser, team, "eve-again@b.example", role="admin")
    others = invite(browser, team, "linus@b.example")

    answer = ada.post(url("member_remove", team.slug, eve.pk), follow=True)

    assert "2 invitations that they had sent are taken back." in answer.text
    for email, secret in (("eve-again@b.example", own), ("linus@b.example", others)):
        user = MembershipFactory(user__email=email).user
        assert join(at(user), secret).status_code == 404


def test_s_004_nor_does_one_who_is_an_admin_no_more(ada, team):
    eve = MembershipFactory(team=team)
    secret = invite(at(eve.user), team, "eve-again@b.example", role="admin")

    ada.post(url("member_role", team.slug, eve.pk), {"role": "member"})

    user = MembershipFactory(user__email="eve-again@b.example").user
    assert join(at(user), secret).status_code == 404


def test_the_account_of_who_is_removed_stays_in_the_numbers_and_is_said_to_be_nobodys(
    ada, team, member
):
    account = PersonFactory(
        team=team, login="grace-at-github", membership=member, counts_as_bot=False
    )
    second = PersonFactory(team=team, login="grace-at-home", same_as=account)

    ada.post(url("member_remove", team.slug, member.pk))

    account.refresh_from_db()
    second.refresh_from_db()
    assert (account.membership, second.same_as) == (None, account)
    change = CountingChange.objects.get(team=team)
    assert (change.actor, change.sentence) == ("ada", "grace has no account at GitHub any more.")


def test_who_was_removed_comes_back_by_an_invitation_and_their_account_can_be_theirs_again(
    ada, team, member
):
    account = PersonFactory(team=team, membership=member)
    ada.post(url("member_remove", team.slug, member.pk))

    join(at(member.user), invite(ada, team, member.user.email))
    again = Membership.objects.get(user=member.user)
    ada.post(f"/teams/{team.slug}/counting/accounts/{account.pk}/whose/", {"membership": again.pk})

    account.refresh_from_db()
    assert account.membership == again


@pytest.mark.parametrize("kind", ["oauth", "token"])
def test_it_is_told_that_the_team_still_reads_as_who_is_removed(kind, ada, grace, team, member):
    PersonFactory(team=team, login="grace-gh", membership=member)
    Connection.objects.create(
        team=team, kind=kind, token="t", viewer_login="grace-gh", account_login="lantern"
    )

    assert "The team still reads GitHub as grace-gh." in grace.get(url("leave", team.slug)).text
    answer = ada.post(url("member_remove", team.slug, member.pk), follow=True)

    assert "The team still reads GitHub as grace-gh." in answer.text


# --- S-018, S-020, S-022: other teams, and what was not asked for ---


def test_s_018_no_search_finds_people_of_another_team(ada, team):
    rows().filter(pk=team.pk).update(phase1_completed_at="2026-06-01T12:00:00Z")
    foreign = MembershipFactory(user__username="zarathustra", user__email="zara@c.example")
    PersonFactory(team=foreign.team, login="zarathustra-gh", membership=foreign)

    for page in ("people", "counting"):
        text = ada.get(f"/teams/{team.slug}/{page}/?q=zarathustra").text
        assert "zarathustra-gh" not in text
    assert "zarathustra" not in ada.get(url("members", team.slug)).text


def test_s_018_an_invitation_does_not_tell_whether_an_address_is_known(ada, team):
    MembershipFactory(user__email="known@c.example")

    known, unknown = (
        ada.post(url("invite", team.slug), {"email": email, "role": "member"})
        for email in ("known@c.example", "nobody@c.example")
    )

    assert known.status_code == unknown.status_code == 200
    assert "known@c.example is invited" in known.text
    assert "nobody@c.example is invited" in unknown.text


@pytest.mark.parametrize("name", ["member_role", "member_remove"])
def test_s_020_a_member_of_one_team_is_not_changed_through_another(name, ada, admin, team):
    other = MembershipFactory(user=admin.user)
    theirs = MembershipFactory(team=other.team)

    answer = ada.post(url(name, team.slug, theirs.pk), {"role": "member"})

    assert answer.status_code == 404
    assert role_of(theirs) == "admin"


@pytest.mark.parametrize("name", ["invitation_again", "invitation_back"])
def test_s_020_an_invitation_of_one_team_is_not_changed_through_another(name, ada, admin, team):
    other = MembershipFactory(user=admin.user).team
    invite(ada, other, "linus@b.example")
    before = Invitation.objects.values().get()

    answer = ada.post(url(name, team.slug, before["id"]))

    assert answer.status_code == 404
    assert Invitation.objects.values().get() == before
    assert len(mail.outbox) == 1


def test_s_020_whose_an_account_is_is_said_of_the_teams_own_people(ada, admin, team):
    other = MembershipFactory(user=admin.user)
    account = PersonFactory(team=team)

    ada.post(f"/teams/{team.slug}/counting/accounts/{account.pk}/whose/", {"membership": other.pk})

    account.refresh_from_db()
    assert account.membership is None


MORE = {
    "pipeline_status": "complete",
    "onboarding_pipeline_status": "complete",
    "is_staff": "1",
    "is_superuser": "1",
    "team": "2",
    "team_id": "2",
    "user": "1",
    "accepted_at": "2026-01-01",
    "expires_at": "2036-01-01",
    "digest": "0" * 64,
}


def test_s_022_what_a_form_does_not_ask_for_is_ignored(ada, grace, team, admin, member):
    foreign = TeamFactory()
    more = MORE | {"team": str(foreign.pk), "team_id": str(foreign.pk)}

    posted = more | {"email": "linus@b.example", "role": "member"}
    secret = secret_in(ada.post(url("invite", team.slug), posted).text)
    linus = MembershipFactory(user__email="linus@b.example", team=TeamFactory(), role="member").user
    at(linus).post(url("invitation", secret), more | {"role": "admin"})
    ada.post(url("member_role", team.slug, member.pk), {"role": "member"} | more)
    grace.post("/new-team/", {"name": "Mine", "time_zone": "UTC", "role": "admin"} | more)

    joined = team.memberships.get(user=linus)
    assert (joined.role, Invitation.objects.get().team) == ("member", team)
    assert role_of(member) == "member"
    assert not User.objects.filter(is_staff=True).exists()
    assert not foreign.memberships.exists()
    assert not Team.objects.exclude(onboarding_pipeline_status="not_started").exists()


def test_s_022_a_member_does_not_become_an_admin_by_a_form_of_theirs(grace, team, member):
    for address in (url("leave", team.slug), url("members", team.slug)):
        grace.get(address, {"role": "admin"})
    grace.post(url("members", team.slug), {"role": "admin"})

    assert role_of(member) == "member"
