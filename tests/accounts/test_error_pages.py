"""When something is missing, forbidden or broken, the page says what to do and nothing else."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_an_unknown_address_still_says_who_is_signed_in_and_is_kept_by_no_cache(client):
    client.force_login(UserFactory(username="mira"))

    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "Signed in as mira" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_to_a_stranger_an_unknown_address_names_nobody(client):
    assert "Signed in" not in client.get("/no/such/page/").text


def test_a_form_without_its_secret_says_to_send_it_again():
    answer = Client(enforce_csrf_checks=True).post(reverse("accounts:login"))

    assert answer.status_code == 403
    assert "This page was open for too long" in answer.text


def test_the_page_for_our_own_faults_needs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "Something broke on our side" in render_to_string("500.html")


def test_an_address_that_only_takes_forms_says_so_to_people(client):
    """A form with an error comes back at such an address, and reloading it must not be blank."""
    client.force_login(UserFactory())
    url = reverse("dashboard:hotfix_words", args=["orbit"])

    person = client.get(url, headers={"Accept": "text/html,*/*;q=0.8"})
    program = client.get(url, headers={"Accept": "application/json"})

    assert (person.status_code, person.headers["Allow"]) == (405, "POST")
    assert "Nothing was changed" in person.text
    assert (program.status_code, program.content) == (405, b"")
    assert "no-store" in person.headers["Cache-Control"]
