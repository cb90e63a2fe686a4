"""Ways that are configured by half are not offered, and the start says what is missing."""

import pytest
from django.core.checks import run_checks

from apps.github.connecting import ways

WHOLE = {
    "GITHUB_APP_ID": "5",
    "GITHUB_APP_SLUG": "mergelight",
    "GITHUB_APP_PRIVATE_KEY": "a key",
    "GITHUB_CLIENT_ID": "Iv1.5",
    "GITHUB_CLIENT_SECRET": "secret",
}
SIGN_IN = ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET")


@pytest.fixture
def configure(settings, app_keys):
    """`configure(*names)` sets these and leaves the others empty."""

    def set_them(*names):
        for name in names:
            setattr(settings, name, WHOLE[name])
        if "GITHUB_APP_PRIVATE_KEY" in names:
            settings.GITHUB_APP_PRIVATE_KEY = app_keys[0]

    return set_them


def complaints():
    return [f"{found.id} {found.msg}" for found in run_checks(tags=["github"])]


def test_without_any_of_it_a_token_is_pasted_and_nothing_is_wrong(configure):
    assert (ways.has_app(), ways.has_sign_in(), complaints()) == (False, False, [])


def test_an_oauth_app_has_an_id_and_a_secret(configure):
    configure(*SIGN_IN)

    assert (ways.has_app(), ways.has_sign_in(), complaints()) == (False, True, [])


def test_a_github_app_has_all_of_it(configure):
    configure(*WHOLE)

    assert (ways.has_app(), ways.has_sign_in(), complaints()) == (True, True, [])


@pytest.mark.parametrize("missing", WHOLE)
def test_what_an_app_lacks_is_named(configure, missing):
    configure(*(name for name in WHOLE if name != missing))

    assert not ways.has_app()
    assert complaints() == [f"github.W001 The GitHub App is not offered: {missing} missing"]


@pytest.mark.parametrize("missing", SIGN_IN)
def test_what_a_sign_in_lacks_is_named(configure, missing):
    configure(*(name for name in SIGN_IN if name != missing))

    assert not ways.has_sign_in()
    assert complaints() == [f"github.W001 The sign-in at GitHub is not offered: {missing} missing"]


def test_a_key_that_is_none_is_told_without_quoting_it(configure, settings):
    configure(*WHOLE)
    settings.GITHUB_APP_PRIVATE_KEY = "-----BEGIN nonsense"

    [complaint] = complaints()

    assert complaint.startswith("github.W002")
    assert "nonsense" not in complaint


@pytest.mark.parametrize(
    ("api", "web", "address"),
    [
        ("https://api.github.com", "https://github.com", "https://github.com/apps/mergelight"),
        (
            "https://ghe.example/api/v3",
            "https://ghe.example",
            "https://ghe.example/github-apps/mergelight",
        ),
    ],
)
def test_where_an_app_is_installed(settings, api, web, address):
    settings.GITHUB_API_URL, settings.GITHUB_WEB_URL = api, web
    settings.GITHUB_APP_SLUG = "mergelight"

    assert ways.installation_url("s1") == f"{address}/installations/new?state=s1"
