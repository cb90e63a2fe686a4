"""A GitHub account that is connected with an account here, and what takes it away again."""

import pytest
from allauth.socialaccount.internal.statekit import STATES_SESSION_KEY
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from apps.accounts.arriving import NOT_YOU, SOMEBODY_ELSE
from apps.accounts.models import User
from tests.accounts.ways_in import (
    ACCOUNT,
    agree,
    ask_for_link,
    come_back,
    leave_for_github,
    sign_in_by_link,
    sign_in_with_github,
    signed_in,
    told,
)

pytestmark = pytest.mark.django_db


def connect(client):
    return come_back(client, agree(leave_for_github(client, "accounts:connect_github")))


def test_who_connects_github_comes_in_with_it_from_then_on(client, visitor):
    """Also where GitHub knows another address."""
    sign_in_by_link(client, "mira@home.example")

    answer = connect(client)

    assert answer.headers["Location"] == ACCOUNT
    assert f"sign in with GitHub as {visitor.login}" in told(client)
    again = Client()
    sign_in_with_github(again)
    assert signed_in(again) == User.objects.get().pk
    assert User.objects.get().email == "mira@home.example"


def test_a_github_account_that_signs_in_somebody_else_is_not_taken(client, oauth_app):
    sign_in_with_github(Client())
    sign_in_by_link(client, "mira@home.example")

    connect(client)

    assert SOMEBODY_ELSE in told(client)
    assert SocialAccount.objects.get().user.email != "mira@home.example"


def test_who_left_as_somebody_else_connects_nothing(client, oauth_app):
    """S-016"""
    sign_in_by_link(client, "mira@home.example")
    query = agree(leave_for_github(client, "accounts:connect_github"))
    states = client.session[STATES_SESSION_KEY]
    client.post(ask_for_link(Client(), "noor@home.example"))
    session = client.session
    session[STATES_SESSION_KEY] = states  # as if the session had survived
    session.save()

    come_back(client, query)

    assert NOT_YOU in told(client)
    assert not SocialAccount.objects.exists()


def test_who_disconnects_github_does_not_come_in_with_it_any_more(client, visitor, oauth_app):
    sign_in_with_github(client)
    oauth_app.grants.addresses[visitor.login] = []
    identity = SocialAccount.objects.get()

    client.post(reverse("accounts:disconnect_github", args=[identity.pk]))

    assert "GitHub does not sign you in here any more." in told(client)
    again = Client()
    sign_in_with_github(again)
    assert signed_in(again) is None


def test_nobody_disconnects_another_s_github(client, oauth_app):
    sign_in_with_github(Client())
    sign_in_by_link(client, "mira@home.example")

    url = reverse("accounts:disconnect_github", args=[SocialAccount.objects.get().pk])

    assert client.post(url).status_code == 404
    assert SocialAccount.objects.exists()


def test_the_only_way_in_is_not_given_up(client, oauth_app):
    sign_in_with_github(client)
    User.objects.update(email="")

    client.post(reverse("accounts:disconnect_github", args=[SocialAccount.objects.get().pk]))

    assert "GitHub is the only way you can sign in" in told(client)
    assert SocialAccount.objects.exists()
