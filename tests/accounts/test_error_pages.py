"""When something is missing, forbidden or broken, the page says what to do and nothing else."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_an_unknown_address_is_a_page_without_the_visitors_name(client):
    client.force_login(UserFactory(username="canary-person"))

    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "canary-person" not in answer.text


def test_a_form_without_its_secret_says_to_send_it_again():
    answer = Client(enforce_csrf_checks=True).post(reverse("accounts:login"))

    assert answer.status_code == 403
    assert "This page was open for too long" in answer.text


def test_the_page_for_our_own_faults_needs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "Something broke on our side" in render_to_string("500.html")
