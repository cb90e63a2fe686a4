"""Without a session no page opens, and no fragment either (S-001, S-012)."""

import pytest
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

pytestmark = pytest.mark.django_db

ROOMS = ("accounts", "onboarding", "dashboard")
ARGUMENTS = {"slug": "some-team", "verb": "pause", "token": "x", "pk": 1, "step": "jira"}
#: What may be seen before the login.
OPEN = {
    *("accounts:login", "accounts:sent", "accounts:link", "accounts:password", "accounts:github"),
    *("accounts:github_callback", "accounts:demo", "accounts:logout"),
}


def urls_behind_the_login() -> list[str]:
    urls = []
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace in ROOMS:
            for pattern in resolver.url_patterns:
                assert isinstance(pattern, URLPattern)
                name = f"{resolver.namespace}:{pattern.name}"
                if name not in OPEN:
                    names = pattern.pattern.converters
                    urls.append(reverse(name, kwargs={key: ARGUMENTS[key] for key in names}))
    return urls


@pytest.mark.parametrize("url", urls_behind_the_login())
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_a_stranger_is_sent_to_the_login(client, url, method):
    answer = getattr(client, method)(url)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("accounts:login"))


@pytest.mark.parametrize("url", urls_behind_the_login())
def test_a_fragment_without_a_session_moves_the_browser_to_the_login(client, url):
    answer = client.get(
        url, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/the/page/"}
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
