"""An App's token is minted when it is needed and kept nowhere, and a refusal says whose it is."""

from datetime import timedelta

import pytest
import respx
import time_machine
from django.utils import timezone

from apps.core.errors import PermanentError
from apps.github.api.errors import GitHubTokenRejected
from apps.github.connecting.connections import credentials_of
from apps.github.connecting.installations import InstallationToken
from apps.github.models import Connection
from tests.factories import TeamFactory
from tests.github.signing_in import looks

pytestmark = pytest.mark.django_db


@pytest.fixture
def installed(github_app):
    """A team that reads through an installation."""
    made = github_app.grants.install()
    team = TeamFactory()
    Connection.objects.create(
        team=team, kind="app", installation_id=made.id, account_login="northwind-labs"
    )
    return team


def test_an_installation_has_a_budget_of_its_own_and_a_token_that_is_kept_nowhere(
    installed, github_app
):
    credentials = credentials_of(installed)
    token = credentials.token()

    assert credentials.budget == f"installation:{Connection.objects.get().installation_id}"
    assert looks(credentials) == "mergelight-sandbox[bot]"
    assert credentials.token() == token
    assert token not in repr(credentials)
    assert Connection.objects.get().token == ""


def test_a_token_is_minted_again_before_it_ends(installed, github_app):
    credentials = credentials_of(installed)
    token = credentials.token()

    with time_machine.travel(timezone.now() + timedelta(minutes=54)):
        assert credentials.token() == token
    with time_machine.travel(timezone.now() + timedelta(minutes=56)):
        assert credentials.token() != token


def test_a_rejected_token_is_renewed_once_for_all_threads(installed, github_app):
    credentials = credentials_of(installed)
    token = credentials.token()

    fresh = credentials.renewed(token)

    assert fresh != token
    assert credentials.renewed(token) == credentials.token() == fresh


def test_an_app_that_was_uninstalled_says_so(installed, github_app):
    """S-041"""
    github_app.grants.installations.clear()

    with pytest.raises(GitHubTokenRejected, match="no longer installed"):
        credentials_of(installed).token()


def test_an_app_that_was_suspended_says_who_can_change_it(installed, github_app):
    """S-041"""
    [made] = github_app.grants.installations.values()
    made.is_suspended = True

    with pytest.raises(GitHubTokenRejected, match="An owner can unsuspend it"):
        credentials_of(installed).token()


def test_an_app_that_is_shut_out_is_not_called_suspended(installed, settings):
    """An organisation may let in some addresses only."""
    said = "Although you appear to have the correct authorization credentials, the organization "
    said += "has an IP allow list enabled, and your IP address is not permitted."
    with respx.mock(assert_all_called=False) as router:
        router.post(path__regex=r"/access_tokens$").respond(403, json={"message": said})
        with pytest.raises(GitHubTokenRejected, match="list of allowed IP addresses"):
            credentials_of(installed).token()


@pytest.mark.parametrize("key", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_key_that_cannot_sign_is_the_sites_fault(github_app, settings, key):
    settings.GITHUB_APP_PRIVATE_KEY = key

    with pytest.raises(PermanentError, match="Whoever runs this site"):
        InstallationToken(5).token()


def test_a_key_that_github_does_not_know_is_the_sites_fault_too(github_app, settings, app_keys):
    settings.GITHUB_APP_ID = "1"

    with pytest.raises(PermanentError, match="Whoever runs this site"):
        InstallationToken(github_app.grants.install().id).token()
