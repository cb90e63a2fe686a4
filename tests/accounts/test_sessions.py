"""A session begins with a new key at every way in, and ends everywhere when it should."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.accounts.demo import demo_link
from apps.accounts.models import User
from tests.accounts.ways_in import LOGIN, ask_for_link, leave_for_github, sign_in_by_link, signed_in
from tests.accounts.ways_in import agree as agree_at_github
from tests.accounts.ways_in import come_back as come_back_from_github
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

GOOD, OTHER = "a long enough password", "another long password"


@pytest.fixture
def mira():
    return UserFactory(username="mira", email="mira@example.org", password=GOOD, is_staff=True)


# --- S-090: a new key after each way in -----------------------------------------------------------


def by_password(client, at="accounts:password"):
    client.post(reverse(at), {"username": "mira", "password": GOOD})


def by_admin(client):
    by_password(client, "admin:login")


def by_link(client):
    client.post(ask_for_link(Client(), "mira@example.org"))


def by_demo(client):
    client.get(demo_link(""))


def planted(client):
    """A session key that somebody else knows, put into this browser before the sign-in."""
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return session.session_key


def of(key):
    """A browser with that session key."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


@pytest.mark.parametrize("sign_in", [by_password, by_admin, by_link, by_demo])
def test_whoever_knew_the_key_before_the_sign_in_is_left_with_nothing(
    client, mira, settings, sign_in
):
    """S-090"""
    settings.DEMO_MODE = True
    key = planted(client)

    sign_in(client)

    assert signed_in(client)
    assert client.session.session_key != key
    assert signed_in(of(key)) is None


def test_the_sign_in_with_github_gives_a_new_key_too(client, oauth_app):
    """S-090"""
    key = planted(client)
    query = agree_at_github(leave_for_github(client))
    before = client.session.session_key

    come_back_from_github(client, query)

    assert signed_in(client)
    assert client.session.session_key not in (key, before)
    assert signed_in(of(key)) is signed_in(of(before)) is None


def test_who_signs_in_again_has_another_key_and_who_is_somebody_else_nothing_of_the_former(
    client, mira
):
    by_link(client)
    first = client.session.session_key
    session = client.session
    session["mine"] = "a secret"
    session.save()

    client.post(ask_for_link(Client(), "noor@example.org"))

    assert client.session.session_key != first
    assert "mine" not in client.session
    assert signed_in(of(first)) is None


# --- S-091: old cookies are dead ------------------------------------------------------------------


@pytest.fixture
def devices(mira):
    """Two browsers in which Mira is signed in."""
    pair = Client(), Client()
    for device in pair:
        by_password(device)
        assert signed_in(device) == mira.pk
    return pair


def test_after_signing_out_the_old_cookie_is_dead_on_the_server_too(devices):
    """S-091"""
    here, there = devices
    key = here.session.session_key

    here.post(reverse("accounts:logout"))

    assert signed_in(of(key)) is None
    assert signed_in(there)


def test_a_new_password_signs_out_every_other_device(devices):
    """S-091"""
    here, there = devices
    answer = here.post(
        reverse("accounts:change_password"),
        {"old_password": GOOD, "new_password1": OTHER, "new_password2": OTHER},
    )

    assert answer.headers["Location"] == reverse("accounts:account")
    assert signed_in(here)
    assert signed_in(there) is None


def test_signing_out_everywhere_is_everywhere(devices):
    """S-091"""
    here, there = devices
    keys = [device.session.session_key for device in devices]

    answer = here.post(reverse("accounts:sign_out_everywhere"), follow=True)

    assert "You are signed out on every device." in answer.text
    assert [signed_in(of(key)) for key in keys] == [None, None]
    by_password(there)
    assert signed_in(there)


@pytest.mark.parametrize("update_fields", [None, ["is_active"]])
def test_who_is_shut_out_is_out_on_every_device_and_stays_so(devices, mira, update_fields):
    """S-091: also once they are let in again."""
    mira.is_active = False
    mira.save(update_fields=update_fields)
    assert [signed_in(device) for device in devices] == [None, None]

    mira.is_active = True
    mira.save(update_fields=update_fields)

    assert [signed_in(device) for device in devices] == [None, None]
    by_link(devices[0])
    assert signed_in(devices[0])


def test_staff_shut_somebody_out_in_the_admin(devices, mira, admin_client):
    """S-091"""
    noor = UserFactory(email="noor@example.org")
    theirs = Client()
    theirs.force_login(noor)
    page = reverse("admin:accounts_user_change", args=[noor.pk])
    form = admin_client.get(page).context["adminform"].form
    data = {
        name: value
        for name, value in form.initial.items()
        if name in ("username", "email", "first_name", "last_name")
    }

    admin_client.post(page, data | {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"})

    assert not User.objects.get(pk=noor.pk).is_active
    assert signed_in(theirs) is None


def test_a_link_to_sign_in_that_was_sent_before_does_not_let_in_who_was_shut_out(client, mira):
    link = ask_for_link(client, mira.email)
    mira.is_active = False
    mira.save()

    client.post(link)

    assert signed_in(client) is None


# --- Around it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [LOGIN, reverse("accounts:password")])
def test_who_is_signed_in_is_sent_on(client, page):
    sign_in_by_link(client)

    assert client.get(page).headers["Location"] == reverse("onboarding:home")
    answer = client.get(page, {"next": "/teams/blue/"})
    assert answer.headers["Location"] == "/teams/blue/"


def test_pages_with_ways_in_are_kept_by_no_cache(client):
    for page in (LOGIN, reverse("accounts:password"), ask_for_link(client)):
        assert "no-store" in client.get(page).headers["Cache-Control"]


@pytest.mark.parametrize(
    "name", ["login", "password", "github", "rename", "sign_out_everywhere", "logout", "delete"]
)
def test_forms_of_other_sites_do_nothing(mira, name):
    """S-092: without the secret of our own form, or from another site."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(mira)

    plain = browser.post(reverse(f"accounts:{name}"))
    foreign = browser.post(reverse(f"accounts:{name}"), headers={"Origin": "https://evil.example"})

    assert (plain.status_code, foreign.status_code) == (403, 403)
    assert signed_in(browser) == mira.pk
