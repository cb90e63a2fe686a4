"""Without a session no page opens (S-001: of every URL in tests/security), and no fragment."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_a_fragment_without_a_session_moves_the_browser_to_the_login(client):
    """S-012; of every URL in tests/security."""
    answer = client.get(
        reverse("onboarding:status", args=["some-team"]),
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/the/page/"},
    )

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == reverse("accounts:login") + "?next=/the/page/"
    assert answer.content == b""


def test_a_fragment_that_does_not_name_its_page_leads_to_the_start(client):
    answer = client.get(reverse("onboarding:home"), headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == reverse("accounts:login") + "?next=/"


def test_every_page_forbids_scripts_and_styles_of_others(client):
    policy = client.get(reverse("accounts:login")).headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://testserver/teams/blue/ai/", "/teams/blue/ai/"),
        ("http://evil.example/teams/blue/ai/", "/"),
        ("//evil.example/", "/"),
        ("", "/"),
    ],
)
def test_whoever_sends_a_form_without_a_session_comes_back_to_the_page_with_it(
    client, referer, page
):
    answer = client.post("/teams/blue/ai/use/switch/", headers={"Referer": referer})

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('accounts:login')}?next={page}"
