"""
Under production's own settings: the headers of every answer, and hosts and addresses of others.

The settings are read from the module itself, with an environment as an operator would give it, so
that a value that is changed there is seen here.
"""

import importlib
import sys

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

HOST = "mergelight.example"
CREDENTIALS = {"username": "mira", "password": "a long enough password"}
ENVIRONMENT = {
    "SECRET_KEY": "of production, made up for this test, and long enough for its check",
    "FIELD_ENCRYPTION_KEYS": "XG1rFz7tVdY0dLw5RkKf4Zk4nB0b0b6Xn3e2VQk3rPA=",
    "ALLOWED_HOSTS": HOST,
    "DATABASE_URL": "postgresql://nobody@localhost/nothing",
    "REDIS_URL": "redis://localhost:6379/0",
}
#: What the answers depend on; where the database is, is none of it.
TAKEN = (
    *("SECURE_SSL_REDIRECT", "SECURE_PROXY_SSL_HEADER", "SECURE_REFERRER_POLICY"),
    *("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"),
    *("SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE"),
    *("CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE"),
    *("X_FRAME_OPTIONS", "CONTENT_SECURITY_POLICY", "MIDDLEWARE", "PROXIES_IN_FRONT"),
)
EXPECTED = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = (
    *("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"),
    "form-action 'self'",
)
#: A page of each kind that answers: what is asked, and with which status it answers.
ASKED = {
    "a page": ("/account/login/", 200),
    "the admin's login": ("/admin/login/", 200),
    "whoever is not signed in": ("/", 302),
    "no page": ("/nowhere/at/all/", 404),
    "a static file": ("/static/mergelight/favicon.svg", 200),
    "the watch": ("/health/", 200),
    "a webhook without a signature": ("/github/webhook/", 405),
}


@pytest.fixture
def production(monkeypatch, settings):
    """Its values for what the answers depend on; the rest stays the tests'."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    before = {name: module for name, module in sys.modules.items() if "config.settings" in name}
    for name in before:
        monkeypatch.delitem(sys.modules, name)
    module = importlib.import_module("config.settings.production")
    for name in list(sys.modules):
        if "config.settings" in name:
            monkeypatch.delitem(sys.modules, name)
    sys.modules.update(before)
    for name in TAKEN:
        setattr(settings, name, getattr(module, name))
    settings.ALLOWED_HOSTS = module.ALLOWED_HOSTS
    return module


@pytest.fixture
def browser(production):
    """Behind the proxy that speaks HTTPS to people."""
    return Client(SERVER_NAME=HOST, headers={"X-Forwarded-Proto": "https"})


def assert_headers(answer):
    for name, value in EXPECTED.items():
        assert answer.headers.get(name) == value, name
    for directive in POLICY:
        assert directive in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize("what", ASKED)
def test_every_answer_has_the_headers(browser, what):
    """S-095"""
    address, status = ASKED[what]

    answer = browser.get(address)

    assert answer.status_code == status
    assert_headers(answer)
    answer.close()


def test_pages_of_people_have_the_headers_too(browser):
    """S-095: a team's page, one that there is not, one that is forbidden, one that breaks."""
    membership = MembershipFactory()
    browser.force_login(membership.user)

    for address, status in (
        (reverse("dashboard:overview", args=[membership.team.slug]), 302),
        ("/nowhere/at/all/", 404),
        (reverse("admin:index"), 302),
    ):
        answer = browser.get(address)
        assert answer.status_code == status
        assert_headers(answer)


def test_an_answer_that_was_none_has_the_headers(browser, monkeypatch):
    """S-095: 500"""
    browser.raise_request_exception = False
    monkeypatch.setattr("apps.pipeline.views.health_of_pipeline", lambda: 1 / 0)

    answer = browser.get("/health/")

    assert answer.status_code == 500
    assert_headers(answer)


def test_cookies_are_for_https_and_for_no_script(browser):
    """S-095"""
    UserFactory(username="mira", password="a long enough password", is_staff=True)
    browser.get("/account/login/")
    browser.get("/admin/login/")

    answer = browser.post("/admin/login/", CREDENTIALS)

    assert answer.status_code == 302
    assert len(browser.cookies) >= 2
    for cookie in browser.cookies.values():
        if cookie.value:
            assert cookie["secure"], cookie.key
            assert cookie["httponly"], cookie.key
            assert cookie["samesite"] == "Lax", cookie.key


def test_http_leads_to_https(production):
    answer = Client(SERVER_NAME=HOST).get("/account/login/")

    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://{HOST}/account/login/"


@pytest.mark.parametrize("address", ["/account/login/", "/admin/login/", "/health/"])
def test_no_page_opens_inside_another(browser, address):
    """S-094: refused by both headers, for browsers that know only the older one."""
    answer = browser.get(address, headers={"Sec-Fetch-Dest": "iframe"})

    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["evil.example", "mergelight.example.evil.example", "evil/x"])
def test_another_host_is_refused(browser, host):
    """S-094"""
    answer = browser.get("/account/login/", headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_a_forwarded_host_is_ignored(browser):
    """S-094: no address that we give out has it."""
    UserFactory(username="mira", password="a long enough password", is_staff=True)
    evil = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}

    page = browser.get("/account/login/", headers=evil)
    answer = browser.post("/admin/login/", CREDENTIALS, headers=evil)

    assert "evil" not in page.text
    assert answer.headers["Location"] == "/"


def guess(client, forwarded_for):
    credentials = {"username": "nobody", "password": "a guess"}
    headers = {"X-Forwarded-For": forwarded_for}
    return client.post("/admin/login/", credentials, headers=headers).text


def test_a_forwarded_address_does_not_get_around_a_limit(browser):
    """S-094: the limit still counts the real address."""
    pages = [guess(browser, f"1.2.3.{number}") for number in range(11)]

    assert ["Try again in" in page for page in pages] == [False] * 10 + [True]


def test_behind_a_proxy_of_ours_each_visitor_has_an_address_of_their_own(browser, settings):
    """S-094: and what a visitor writes before the proxy's word is not believed."""
    settings.PROXIES_IN_FRONT = 1
    for number in range(10):
        guess(browser, f"1.2.3.{number}, 192.0.2.7")

    assert "Try again in" in guess(browser, "9.9.9.9, 192.0.2.7")
    assert "Try again in" not in guess(browser, "192.0.2.8")


def test_what_is_mailed_leads_to_the_site_and_not_to_the_reader_s_own_machine(production):
    assert f"https://{HOST}" == production.PUBLIC_URL
