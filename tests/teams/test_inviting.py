"""What admins do with invitations, and what becomes of one that cannot be mailed."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from apps.teams.models import Invitation, Membership
from tests.factories import MembershipFactory
from tests.teams.inviting import EMAIL, at, follow, invite, join, url

pytestmark = pytest.mark.django_db


# --- What admins do with them ---


def test_somebody_of_the_team_is_not_invited(ada, team, member):
    answer = ada.post(url("invite", team.slug), {"email": "GRACE@a.example", "role": "member"})

    assert "grace@a.example is in the team already." in answer.text
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_nobody_is_invited_twice_while_the_first_one_is_good(ada, team):
    invite(ada, team, EMAIL)

    again = ada.post(url("invite", team.slug), {"email": EMAIL, "role": "admin"})

    assert f"{EMAIL} has an invitation already." in again.text
    assert Invitation.objects.get().role == "member"
    assert len(mail.outbox) == 1


def test_after_one_has_run_out_the_address_is_invited_anew(ada, team, linus):
    invite(ada, team, EMAIL)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert "no longer good" in ada.get(url("members", team.slug)).text

    secret = invite(ada, team, EMAIL)

    assert follow(at(linus), secret).status_code == 200
    assert Invitation.objects.filter(revoked_at=None).count() == 1


def test_one_that_is_sent_again_has_a_new_link_and_the_whole_time(ada, team, linus):
    first = invite(ada, team, EMAIL)
    Invitation.objects.update(expires_at=timezone.now() + timedelta(hours=1))

    answer = ada.post(url("invitation_again", team.slug, Invitation.objects.get().pk))

    second = next(word for word in mail.outbox[-1].body.split() if "/invitations/" in word)
    assert second in answer.text
    assert first not in second
    assert join(at(linus), second.rstrip("/").rpartition("/")[2]).status_code == 302
    assert Invitation.objects.get().expires_at > timezone.now() + timedelta(days=6)


@pytest.mark.parametrize("name", ["invitation_again", "invitation_back"])
def test_one_that_was_used_meanwhile_is_left_alone(name, ada, team, linus):
    join(at(linus), invite(ada, team, EMAIL))
    mail.outbox.clear()

    ada.post(url(name, team.slug, Invitation.objects.get().pk))

    assert Invitation.objects.get().revoked_at is None
    assert mail.outbox == []
    assert "in the" in ada.get(url("members", team.slug)).text  # said, and nothing done


def test_taken_back_twice_it_is_so_already(ada, team):
    invite(ada, team, EMAIL)
    address = url("invitation_back", team.slug, Invitation.objects.get().pk)

    for _ in range(2):
        said = ada.post(address, follow=True).text
        assert f"The invitation to {EMAIL} is taken back." in said


def test_who_joined_otherwise_meanwhile_keeps_their_role(ada, team, linus):
    secret = invite(ada, team, EMAIL, role="admin")
    MembershipFactory(team=team, user=linus, role="member")

    join(at(linus), secret)

    assert Membership.objects.get(user=linus).role == "member"


def test_too_many_invitations_are_refused_with_the_time_to_wait(ada, team, monkeypatch):
    monkeypatch.setattr("apps.accounts.pace.LIMITS", {"invite": (2, 3600)})
    for number in range(2):
        invite(ada, team, f"person{number}@b.example")

    refused = ada.post(url("invite", team.slug), {"email": EMAIL, "role": "member"})

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert Invitation.objects.count() == len(mail.outbox) == 2


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"email": "", "role": "member"}, "Whom do you want to invite?"),
        ({"email": "nobody", "role": "member"}, "This is no e-mail address."),
        ({"email": f"{'x' * 300}@b.example", "role": "member"}, "No e-mail address is that long."),
        ({"email": "a@b.example\r\nBcc: c@d.example", "role": "member"}, "no e-mail address"),
        ({"email": EMAIL, "role": "owner"}, "There is no such role."),
        ({"email": EMAIL}, "Choose a role."),
    ],
)
def test_what_cannot_be_sent_is_refused_beside_its_field(posted, words, ada, team):
    answer = ada.post(url("invite", team.slug), posted)

    assert words in answer.text
    assert not Invitation.objects.exists()
    assert mail.outbox == []


def test_s_074_a_line_break_in_a_name_begins_no_other_header(ada, team, admin):
    team.name = "Lantern\r\nBcc: all@d.example"
    team.save()
    admin.user.first_name = "Ada\nCc: more@d.example"
    admin.user.save()

    invite(ada, team, EMAIL)

    (sent,) = mail.outbox
    assert "\n" not in sent.subject
    assert sent.recipients() == [EMAIL]
    assert set(sent.message().keys()).isdisjoint({"Bcc", "Cc"})


# --- The mail server is down ---


@pytest.fixture
def _no_mail_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # discard: nobody answers


@pytest.mark.usefixtures("_no_mail_server")
def test_without_a_mail_server_the_invitation_stands_and_its_link_can_be_copied(
    ada, team, linus, caplog
):
    answer = ada.post(url("invite", team.slug), {"email": EMAIL, "role": "member"})

    assert "its mail was not sent" in answer.text
    secret = answer.text.split("/invitations/")[1].split("/")[0]
    assert join(at(linus), secret).status_code == 302
    assert "was not mailed: ConnectionRefusedError" in caplog.text
    assert secret not in caplog.text
