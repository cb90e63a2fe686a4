"""Who wants no more of a kind says so by the link in each mail, without a login, in one click."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from apps.notifications.announce import announce_news, announce_once
from apps.notifications.deliver import deliver_due
from apps.notifications.models import Notification, Preference
from apps.notifications.stopping import token_of, url_of
from tests.factories import MembershipFactory
from tests.notifications.conftest import opened_team
from tests.notifications.test_deliver import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(server) -> Notification:
    opened_team()
    announce_news()
    return Notification.objects.get(kind="ready")


@pytest.fixture
def stranger() -> Client:
    """No login, no cookie; and forms are held to what they must bring."""
    return Client(enforce_csrf_checks=True)


def path(row: Notification) -> str:
    return urlsplit(url_of(row)).path


def test_each_mail_has_both_headers_of_rfc_8058_and_the_link(row, server):
    deliver_due(now=NOW)

    ((_, mail),) = server.taken
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(
        r"<(https://mergelight\.test/messages/stop/\S+/)>", mail["List-Unsubscribe"].strip()
    )
    assert link
    for part in mail.get_payload():
        assert link[1] in part.get_payload(decode=True).decode()


def test_the_one_click_of_a_mail_program_stops_the_kind(row, stranger):
    answer = stranger.post(path(row), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200  # and no redirect
    assert not answer.cookies
    stored = Preference.objects.get()
    assert (stored.team, stored.user, stored.kind) == (row.team, row.user, "ready")
    assert not stored.wanted
    stranger.post(path(row), {"List-Unsubscribe": "One-Click"})
    assert Preference.objects.count() == 1


def test_opening_the_link_changes_nothing_and_its_button_does(row, stranger):
    page = stranger.get(path(row))

    assert "No more of these mails?" in page.content.decode()
    assert not Preference.objects.exists()
    assert "No more of these will come" in stranger.post(path(row)).content.decode()
    assert Preference.objects.get().wanted is False


def test_a_mistake_is_taken_back_on_the_same_page(row, stranger):
    stranger.post(path(row))

    assert "They come again" in stranger.post(path(row), {"again": "1"}).content.decode()
    assert Preference.objects.get().wanted is True


def test_no_such_mail_comes_any_more_and_others_do(row, stranger, server):
    stranger.post(path(row))

    announce_once(row.team_id, kind="ready", run=2)
    announce_once(row.team_id, kind="complete", run=2)

    runs = Notification.objects.filter(run=2)
    assert list(runs.values_list("kind", flat=True)) == ["complete"]


def test_one_that_waits_is_not_sent_any_more(row, stranger, server):
    stranger.post(path(row))

    assert deliver_due(now=NOW) == 0
    row.refresh_from_db()
    assert row.state == Notification.State.REFUSED
    assert server.taken == []


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t.replace("ready", "weekly")])
def test_a_link_that_was_altered_is_nobody_s(row, stranger, change):
    address = reverse("notifications:stop", args=[change(token_of(row))])

    assert stranger.get(address).status_code == 404
    assert stranger.post(address).status_code == 404
    assert not Preference.objects.exists()


def test_the_link_of_a_team_that_is_gone_says_no_more_than_a_wrong_one(row, stranger):
    address = path(row)
    row.team.delete()

    gone = stranger.post(address)
    wrong = stranger.post(reverse("notifications:stop", args=["ready.1.1:x"]))

    assert gone.status_code == wrong.status_code == 404
    assert gone.content == wrong.content


def test_a_person_chooses_for_each_team_on_one_page(client):
    one = MembershipFactory()
    other = MembershipFactory(user=one.user, role="member")
    client.force_login(one.user)

    page = client.get(reverse("notifications:mine")).content.decode()
    assert one.team.name in page
    assert other.team.name in page

    choose = reverse("notifications:choose", args=[one.team.slug])
    client.post(choose, {"place": "mine", "kind": ["ready", "weekly", "unheard of"]})

    said = Preference.objects.filter(team=one.team, user=one.user)
    assert {row.kind: row.wanted for row in said} == {
        "ready": True,
        "complete": False,
        "failed": False,
        "weekly": True,
    }
    assert not Preference.objects.filter(team=other.team).exists()


def test_of_what_only_admins_get_a_member_has_said_nothing(client):
    member = MembershipFactory(role="member")
    client.force_login(member.user)

    client.post(reverse("notifications:choose", args=[member.team.slug]), {"kind": []})

    assert not Preference.objects.filter(kind="failed").exists()
    assert Preference.objects.count() == 3


def test_what_goes_to_slack_is_the_admins_choice(client):
    member = MembershipFactory(role="member")
    client.force_login(member.user)
    address = reverse("notifications:choose_slack", args=[member.team.slug])
    assert client.post(address, {"kind": ["ready"]}).status_code == 403

    admin = MembershipFactory(team=member.team)
    client.force_login(admin.user)
    client.post(address, {"kind": ["failed"]})

    said = Preference.objects.filter(team=member.team, user=None)
    assert {row.kind for row in said if row.wanted} == {"failed"}


def test_a_stranger_finds_no_page_of_the_team(client, django_user_model):
    team = MembershipFactory().team
    client.force_login(django_user_model.objects.create_user("noor", "noor@example.org"))

    assert client.get(reverse("notifications:team", args=[team.slug])).status_code == 404
    for name in ("choose", "choose_slack"):
        assert client.post(reverse(f"notifications:{name}", args=[team.slug])).status_code == 404


def test_the_team_s_page_shows_what_is_wanted(client):
    admin = MembershipFactory()
    client.force_login(admin.user)
    Preference.objects.create(team=admin.team, user=admin.user, kind="weekly", wanted=False)

    page = client.get(reverse("notifications:team", args=[admin.team.slug])).content.decode()

    assert re.search(r'value="ready" id="mail-ready" checked', page)
    assert re.search(r'value="weekly" id="mail-weekly" aria', page)
    assert "No channel is chosen" in page
