"""An invitation: one address, one team, one use; whatever is wrong with it, the answer is one."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.teams.invitations import GOOD_FOR
from apps.teams.models import Invitation, Membership
from tests.factories import MembershipFactory, UserFactory
from tests.teams.inviting import EMAIL, at, follow, invite, join, url

pytestmark = pytest.mark.django_db


def test_whoever_is_invited_sees_what_they_join_and_joins_by_a_form(ada, team, linus):
    browser, secret = at(linus), invite(ada, team, EMAIL)

    page = follow(browser, secret)
    assert not Membership.objects.filter(user=linus).exists()  # scanners of mail open every link
    answer = join(browser, secret)

    words = " ".join(page.text.split())
    assert all(word in words for word in ("Join Lantern?", "ada", "a member", EMAIL))
    assert answer.status_code == 302
    assert Membership.objects.get(user=linus).role == "member"
    assert browser.get(url("members", team.slug)).status_code == 200


def test_the_role_is_the_invitations(ada, team, linus):
    secret = invite(ada, team, EMAIL, role="admin")

    assert "an admin" in follow(at(linus), secret).text
    join(at(linus), secret)

    assert Membership.objects.get(user=linus).is_admin


def test_the_secret_of_a_link_is_not_kept(ada, team):
    secret = invite(ada, team, EMAIL)

    row = Invitation.objects.values().get()

    assert secret not in str(row)
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert len(secret) >= 43  # 32 random bytes


def test_the_link_is_shown_once_beside_being_mailed(ada, team):
    answer = ada.post(url("invite", team.slug), {"email": EMAIL, "role": "member"})
    (sent,) = mail.outbox

    link = next(word for word in sent.body.split() if "/invitations/" in word)
    assert f'value="{link}"' in answer.text
    assert sent.to == [EMAIL]
    assert sent.subject == "ada invites you to Lantern at Mergelight"
    assert link in sent.alternatives[0][0]
    assert link not in ada.get(url("members", team.slug)).text


def test_a_link_leads_to_where_the_site_is_whatever_host_a_request_names(ada, team, settings):
    settings.PUBLIC_URL = "https://mergelight.example/"

    ada.post(url("invite", team.slug), {"email": EMAIL, "role": "member"}, HTTP_HOST="evil.example")

    assert "https://mergelight.example/invitations/" in mail.outbox[-1].body
    assert "evil.example" not in mail.outbox[-1].body


# --- S-021: reused, run out, taken back, somebody else's, guessed ---


def used_by_themselves(browser, ada, team, secret):
    join(browser, secret)
    return secret


def used_and_removed(browser, ada, team, secret):
    join(browser, secret)
    Membership.objects.exclude(role="admin").delete()
    return secret


def run_out(browser, ada, team, secret):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    return secret


def taken_back(browser, ada, team, secret):
    ada.post(url("invitation_back", team.slug, Invitation.objects.get().pk))
    return secret


def sent_again(browser, ada, team, secret):
    ada.post(url("invitation_again", team.slug, Invitation.objects.get().pk))
    return secret


def somebody_elses(browser, ada, team, secret):
    return invite(ada, team, "else@b.example")


def guessed(browser, ada, team, secret):
    return "A" * 43


def by_its_digest(browser, ada, team, secret):
    return Invitation.objects.get().digest


def of_who_is_no_admin_any_more(browser, ada, team, secret):
    MembershipFactory(team=team)  # another admin: the last one stays one
    own = team.memberships.get(user__username="ada")
    ada.post(url("member_role", team.slug, own.pk), {"role": "member"})
    return secret


def of_who_cannot_sign_in_any_more(browser, ada, team, secret):
    User.objects.filter(username="ada").update(is_active=False)
    return secret


WAYS = [
    used_by_themselves,
    used_and_removed,
    run_out,
    taken_back,
    sent_again,
    somebody_elses,
    guessed,
    by_its_digest,
    of_who_is_no_admin_any_more,
    of_who_cannot_sign_in_any_more,
]


def text_of(answer, secret):
    """What a person reads: without the secret of the form, and the address they came by."""
    body = answer.text.split("<main", 1)[1].replace(f"/invitations/{secret}/", "/invitations/…/")
    return " ".join(line for line in body.split("\n") if "csrfmiddlewaretoken" not in line)


@pytest.mark.parametrize("spoil", WAYS)
def test_s_021_whatever_is_wrong_with_a_link_it_is_refused_in_the_same_words(
    spoil, ada, team, linus
):
    browser = at(linus)
    plain = follow(browser, "no-such-link")
    secret = spoil(browser, ada, team, invite(ada, team, EMAIL))
    before = set(Membership.objects.values_list("user", "team", "role"))
    browser = at(linus)  # without what an earlier click has led to

    for answer in (follow(browser, secret), join(browser, secret, role="admin", team=team.pk)):
        assert answer.status_code == plain.status_code == 404
        assert text_of(answer, secret) == text_of(plain, "no-such-link")
    assert set(Membership.objects.values_list("user", "team", "role")) == before


def test_s_021_an_account_without_an_address_is_let_in_by_no_link(ada, team):
    secret = invite(ada, team, EMAIL)
    nameless = at(UserFactory(email=""))

    assert follow(nameless, secret).status_code == join(nameless, secret).status_code == 404


def test_a_link_is_good_for_seven_days(ada, team, linus):
    secret, now = invite(ada, team, EMAIL), timezone.now()
    assert timedelta(days=7) == GOOD_FOR

    with time_machine.travel(now + GOOD_FOR - timedelta(minutes=5)):
        assert follow(at(linus), secret).status_code == 200
    with time_machine.travel(now + GOOD_FOR + timedelta(minutes=5)):
        assert follow(at(linus), secret).status_code == 404


def test_an_address_is_the_same_whatever_its_case(ada, team):
    secret = invite(ada, team, " Linus@B.Example ")
    browser = at(UserFactory(email="LINUS@b.example"))

    assert follow(browser, secret).status_code == 200
    assert Invitation.objects.get().email == EMAIL


# --- A stranger ---


def test_a_stranger_is_sent_to_sign_in_and_comes_back(ada, team):
    secret = invite(ada, team, EMAIL)

    for answer in (follow(Client(), secret), join(Client(), secret)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/login/?next=/invitations/")
        assert secret in answer.headers["Location"]
    assert not Membership.objects.filter(role="member").exists()


def test_nothing_of_the_team_is_told_to_a_stranger(ada, team):
    secret = invite(ada, team, EMAIL)

    good, made_up = follow(Client(), secret), follow(Client(), "B" * 43)

    assert "Lantern" not in good.text + str(good.headers) + good.cookies.output()
    assert good.headers["Location"].replace(secret, "B" * 43) == made_up.headers["Location"]


def test_the_sign_in_page_offers_the_address_that_was_invited(ada, team):
    stranger, secret = Client(), invite(ada, team, EMAIL)
    assert 'value="linus@b.example"' not in stranger.get("/account/login/").text

    shown = stranger.get(follow(stranger, secret).headers["Location"]).text

    assert 'value="linus@b.example"' in shown
    assert "The invitation is for this address" in shown
    assert EMAIL not in follow(stranger, secret).headers["Location"]
    follow(stranger, "B" * 43)  # a link that is not good takes it back
    assert EMAIL not in stranger.get("/account/login/").text


def test_a_stranger_joins_from_the_mail_to_the_team_without_having_had_an_account(ada, team):
    stranger, secret = Client(), invite(ada, team, EMAIL)
    sign_in = follow(stranger, secret).headers["Location"]

    stranger.post(sign_in, {"email": EMAIL, "next": url("invitation", secret)})
    link = next(word for word in mail.outbox[-1].body.split() if "/login/link/" in word)
    arrived = stranger.post(link, follow=True)
    join(stranger, secret)

    assert "Join Lantern?" in arrived.text
    assert team.memberships.get(user__email=EMAIL).role == "member"
