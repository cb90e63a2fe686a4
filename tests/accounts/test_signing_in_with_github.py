"""Signing in with GitHub: who GitHub says it is, and nothing else; real HTTP on both sides."""

import hashlib
import threading
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.socialaccount.internal.statekit import STATES_SESSION_KEY
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.db import connections
from django.test import Client
from django.urls import reverse

from apps.accounts.arriving import NO_ADDRESS
from apps.accounts.models import User
from apps.sandbox import grants
from apps.sandbox.grants import Address
from tests.accounts.ways_in import (
    CALLBACK,
    agree,
    come_back,
    leave_for_github,
    query_of,
    sign_in_by_link,
    sign_in_with_github,
    signed_in,
    told,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


# --- Who comes in ---------------------------------------------------------------------------------


def test_a_stranger_has_an_account_with_the_name_and_the_address_from_github(client, visitor):
    answer = sign_in_with_github(client)

    assert answer.headers["Location"] == reverse("onboarding:home")
    user = User.objects.get()
    assert (user.username, user.email) == (visitor.login, visitor.email)
    assert not user.has_usable_password()
    assert signed_in(client) == user.pk


def test_who_comes_again_is_the_same_person_whatever_has_changed_at_github(
    client, visitor, oauth_app
):
    """By GitHub's number: names and addresses are given up, and taken by others."""
    sign_in_with_github(client)
    user = User.objects.get()
    oauth_app.grants.addresses[visitor.login] = [Address("other@example.org")]

    again = Client()
    sign_in_with_github(again)

    assert signed_in(again) == user.pk
    assert User.objects.count() == 1


@pytest.mark.parametrize("with_password", [True, False])
def test_who_has_come_by_mail_is_the_same_person_with_github(client, visitor, with_password):
    if with_password:
        UserFactory(email=visitor.email.upper())
    else:
        sign_in_by_link(Client(), visitor.email)

    sign_in_with_github(client)

    assert signed_in(client) == User.objects.get().pk


def test_who_has_come_from_github_is_the_same_person_by_mail(client, visitor):
    sign_in_with_github(Client())

    sign_in_by_link(client, visitor.email)

    assert signed_in(client) == User.objects.get().pk


@pytest.mark.parametrize(
    "addresses",
    [
        [],
        [Address("mira@example.org", verified=False)],
        [Address("mira@example.org", primary=False)],
        [Address("mira@example.org", verified=False), Address("b@example.org", primary=False)],
        [Address("\N{KELVIN SIGN}im@example.org")],
    ],
    ids=["none", "not verified", "not primary", "neither", "letters that look alike"],
)
def test_an_address_that_github_has_not_verified_is_nobody_s(client, visitor, oauth_app, addresses):
    """Else whoever writes another's address into their profile would be that person here."""
    UserFactory(email="mira@example.org")
    UserFactory(email="kim@example.org")
    oauth_app.grants.addresses[visitor.login] = addresses

    sign_in_with_github(client)

    assert NO_ADDRESS in told(client)
    assert signed_in(client) is None
    assert User.objects.count() == 2
    assert not SocialAccount.objects.exists()


def test_the_public_address_of_a_profile_proves_nothing(client, visitor, oauth_app):
    """`GET /user` tells it beside the name; only `GET /user/emails` tells what is verified."""
    UserFactory(email=visitor.email)
    oauth_app.grants.addresses[visitor.login] = [Address(visitor.email, verified=False)]

    sign_in_with_github(client)

    assert signed_in(client) is None


def test_a_github_app_that_may_not_read_addresses_lets_in_who_is_known(client, github_app):
    github_app.grants.tells_addresses = False
    sign_in_with_github(client)
    assert NO_ADDRESS in told(client)

    github_app.grants.tells_addresses = True
    sign_in_with_github(client)
    github_app.grants.tells_addresses = False
    again = Client()
    sign_in_with_github(again)

    assert signed_in(again) == User.objects.get().pk


def test_a_closed_account_is_not_let_in(client, visitor):
    UserFactory(email=visitor.email, is_active=False)

    sign_in_with_github(client)

    assert "This account was closed" in told(client)
    assert signed_in(client) is None


@pytest.mark.parametrize("evil", ["//evil.com", "https://evil.com", "/\\evil.com"])
def test_one_goes_on_where_one_was_going_but_to_no_other_site(client, oauth_app, evil):
    """S-035"""
    assert sign_in_with_github(client, next="/teams/blue/").headers["Location"] == "/teams/blue/"

    assert sign_in_with_github(Client(), next=evil).headers["Location"] == "/"


@pytest.mark.django_db(transaction=True)
def test_who_comes_in_two_windows_at_once_has_one_account(oauth_app):
    both_know = threading.Barrier(2)

    def come(_):
        client = Client()
        try:
            query = agree(leave_for_github(client))
            both_know.wait(30)
            come_back(client, query)
            return signed_in(client)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        users = list(pool.map(come, range(2)))

    assert User.objects.count() == SocialAccount.objects.count() == 1
    assert set(users) <= {User.objects.get().pk, None}
    assert any(users)


# --- What GitHub is asked, and what is kept -------------------------------------------------------


def test_github_is_asked_for_the_agreed_scopes_and_nothing_else(client, oauth_app):
    """S-028, S-034: the exact parameters; the challenge is S256 of a verifier that stays here."""
    asked = query_of(leave_for_github(client))

    ((state, (kept, *_)),) = client.session[STATES_SESSION_KEY].items()
    digest = hashlib.sha256(kept["pkce_code_verifier"].encode()).digest()
    assert set(asked.pop("scope").split()) == {"read:user", "user:email"}
    assert asked == {
        "client_id": grants.CLIENT_ID,
        "redirect_uri": f"http://testserver{CALLBACK}",
        "response_type": "code",
        "state": state,
        "code_challenge": urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    assert len(state) >= 16
    assert CALLBACK.startswith(reverse("onboarding:github_callback"))  # one address is registered


def test_nobody_chooses_by_the_address_what_github_is_asked(client, oauth_app):
    answer = client.post(
        reverse("accounts:github") + "?scope=repo&auth_params=prompt%3Dnone&process=connect"
    )

    asked = query_of(answer.headers["Location"])
    assert "repo" not in asked["scope"]
    assert "prompt" not in asked


def test_no_token_is_kept_and_github_forgets_it(client, visitor, oauth_app, monkeypatch):
    """S-043"""
    given = []
    keep = grants.Grants._keep
    monkeypatch.setattr(grants.Grants, "_keep", lambda *of: given.append(keep(*of)) or given[-1])

    sign_in_with_github(client)

    (token,) = given
    assert oauth_app.grants.owner_of(token) is None
    assert not SocialToken.objects.exists()
    assert SocialAccount.objects.values_list("extra_data", flat=True).get() == {
        "login": visitor.login
    }
    assert token not in str(dict(client.session))
