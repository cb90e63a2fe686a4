"""Who gets in: by password, by the demo's link, and nobody else."""

import pytest
import time_machine
from django.urls import reverse

from apps.accounts.demo import DEMO_USERNAME, demo_link, demo_user
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def path_of(link: str) -> str:
    return link.removeprefix("http://here")


def test_a_person_signs_in_and_lands_where_they_go_on(client):
    UserFactory(username="mira", password="a long enough password")

    answer = client.post(
        reverse("accounts:password"), {"username": "mira", "password": "a long enough password"}
    )

    assert answer.headers["Location"] == reverse("onboarding:home")
    assert client.get(reverse("onboarding:create_team")).status_code == 200


def test_a_wrong_password_says_so_and_signs_nobody_in(client):
    UserFactory(username="mira")

    answer = client.post(reverse("accounts:password"), {"username": "mira", "password": "guess"})

    assert "correct username and password" in answer.text
    assert "_auth_user_id" not in client.session


def test_the_login_does_not_lead_to_another_site(client):
    UserFactory(username="mira", password="a long enough password")
    credentials = {"username": "mira", "password": "a long enough password"}

    answer = client.post(
        reverse("accounts:password"), credentials | {"next": "https://evil.example/"}
    )

    assert answer.headers["Location"] == reverse("onboarding:home")


def test_signing_out_takes_a_post(client):
    client.force_login(UserFactory())

    assert client.get(reverse("accounts:logout")).status_code == 405
    client.post(reverse("accounts:logout"))

    assert "_auth_user_id" not in client.session


def test_the_demo_link_signs_in_as_the_demo_user(client, settings):
    settings.DEMO_MODE = True

    answer = client.get(path_of(demo_link("http://here/")))

    assert answer.headers["Location"] == reverse("onboarding:home")
    assert int(client.session["_auth_user_id"]) == demo_user().pk


def test_who_comes_to_a_demo_without_its_link_is_told_where_it_stands(client, settings):
    told = "stands in the terminal where it was started"
    assert told not in client.get(reverse("accounts:login")).text

    settings.DEMO_MODE = True

    assert told in client.get(reverse("accounts:login")).text


def test_the_demo_user_cannot_sign_in_by_password():
    assert not demo_user().has_usable_password()


def test_without_demo_mode_a_demo_link_leads_nowhere(client):
    answer = client.get(path_of(demo_link("http://here")))

    assert answer.status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("token", ["x", DEMO_USERNAME, "ImRlbW8i:1wXKR3:forged"])
def test_a_forged_demo_link_leads_nowhere(client, settings, token):
    settings.DEMO_MODE = True
    demo_user()

    assert client.get(reverse("accounts:demo", args=[token])).status_code == 404


def test_a_demo_link_ends_after_a_day(client, settings):
    settings.DEMO_MODE = True
    with time_machine.travel("2026-06-01T12:00:00Z", tick=False):
        link = demo_link("http://here")

    with time_machine.travel("2026-06-02T12:00:01Z", tick=False):
        answer = client.get(path_of(link))

    assert answer.status_code == 404
