"""What a team shows GitHub, whatever its way there: refreshed once, minted when needed, refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx
import pytest
import respx
import time_machine
from django.db import connection as database
from django.utils import timezone

from apps.core.errors import PermanentError
from apps.github.api.client import open_client
from apps.github.api.directory import viewer
from apps.github.api.errors import GitHubDown, GitHubTokenRejected
from apps.github.connecting import oauth
from apps.github.connecting.connections import close, connect, credentials_of, disconnect
from apps.github.connecting.installations import InstallationToken
from apps.github.models import Connection
from tests.core.test_fields import new_key
from tests.factories import TeamFactory
from tests.github.signing_in import signed_in

pytestmark = pytest.mark.django_db


def looks(credentials):
    """Whether GitHub lets these in."""
    with open_client(credentials) as client:
        return viewer(client).login


# --- A pasted token -----------------------------------------------------------------------------


def test_a_pasted_token_is_charged_to_its_owner(oauth_app):
    team = TeamFactory()
    connect(team, token=oauth_app.token)

    credentials = credentials_of(team)

    assert credentials.budget == f"user:{oauth_app.world.members[0].database_id}"
    assert credentials.renewed(oauth_app.token) is None
    assert looks(credentials) == "mira-okafor"


def test_a_team_that_never_connected_is_told_to(oauth_app):
    with pytest.raises(PermanentError, match="GitHub is not connected"):
        credentials_of(TeamFactory())


def test_a_way_that_was_closed_says_why_and_a_new_connect_opens_it(oauth_app):
    """S-041: the tokens are gone."""
    team = TeamFactory()
    close(connect(team, token=oauth_app.token), because="The App was removed. Reconnect GitHub.")

    with pytest.raises(GitHubTokenRejected, match="The App was removed"):
        credentials_of(team)
    assert Connection.objects.get().token == ""

    connect(team, token=oauth_app.token)
    assert looks(credentials_of(team)) == "mira-okafor"


def test_a_secret_that_cannot_be_read_asks_to_reconnect(oauth_app, settings):
    """S-049: no crash, and no fallback to plain text."""
    team = TeamFactory()
    connect(team, token=oauth_app.token)
    settings.FIELD_ENCRYPTION_KEYS = [new_key()]

    with pytest.raises(GitHubTokenRejected, match="Reconnect GitHub"):
        credentials_of(team)


# --- A sign-in ----------------------------------------------------------------------------------


def test_a_sign_in_is_used_as_it_is_while_it_lasts(github_app):
    team = signed_in(github_app)
    token = Connection.objects.get().token
    exchanges = github_app.grants.exchanges

    assert credentials_of(team).token() == token
    assert github_app.grants.exchanges == exchanges


def test_one_that_ends_soon_is_refreshed_and_the_new_pair_is_stored(github_app):
    team = signed_in(github_app, ends_in=timedelta(minutes=69))
    before = Connection.objects.get()

    credentials = credentials_of(team)

    after = Connection.objects.get()
    assert credentials.token() == after.token != before.token
    assert after.refresh_token != before.refresh_token
    assert after.token_expires_at > timezone.now() + timedelta(hours=7)
    assert after.token_hint == after.token[-4:]
    assert looks(credentials) == "mira-okafor"


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_refreshes(github_app):
    """GitHub takes a refresh token once: who comes second finds the first one's pair."""
    team = signed_in(github_app, ends_in=timedelta(minutes=1))
    exchanges = github_app.grants.exchanges
    both = Barrier(2)

    def work(_):
        both.wait(timeout=10)
        try:
            return credentials_of(team).token()
        finally:
            database.close()

    with ThreadPoolExecutor(2) as workers:
        first, second = workers.map(work, range(2))

    assert first == second
    assert github_app.grants.exchanges == exchanges + 1


def test_a_refresh_token_that_was_used_elsewhere_closes_the_way(github_app):
    team = signed_in(github_app, ends_in=timedelta(minutes=1))
    oauth.refreshed(Connection.objects.get().refresh_token)
    exchanges = github_app.grants.exchanges

    for _ in range(2):
        with pytest.raises(GitHubTokenRejected, match="sign-in at GitHub has ended"):
            credentials_of(team)

    assert github_app.grants.exchanges == exchanges + 1  # the second time GitHub is not asked
    assert Connection.objects.get().refresh_token == ""


def test_while_github_is_down_nothing_is_lost(github_app, settings):
    team = signed_in(github_app, ends_in=timedelta(minutes=1))
    before = Connection.objects.get().refresh_token
    settings.GITHUB_WEB_URL = "http://127.0.0.1:9"

    with pytest.raises(GitHubDown):
        credentials_of(team)

    assert Connection.objects.get().refresh_token == before


@pytest.mark.parametrize("minutes", [69, 6])
def test_while_github_gives_no_new_token_the_old_one_is_used_to_its_end(
    github_app, settings, minutes
):
    team = signed_in(github_app, ends_in=timedelta(minutes=minutes))
    token = Connection.objects.get().token
    settings.GITHUB_WEB_URL = "http://127.0.0.1:9"

    assert looks(credentials_of(team)) == "mira-okafor"

    connection = Connection.objects.get()
    assert (connection.token, connection.refreshing_since) == (token, None)


def test_an_error_that_nobody_knows_keeps_the_tokens(github_app, settings):
    team = signed_in(github_app, ends_in=timedelta(minutes=1))
    before = Connection.objects.get()

    with respx.mock(assert_all_called=False) as router:
        router.post(f"{settings.GITHUB_WEB_URL}/login/oauth/access_token").respond(
            json={"error": "temporarily_unavailable"}
        )
        with pytest.raises(GitHubDown):
            credentials_of(team)

    assert Connection.objects.get().refresh_token == before.refresh_token
    assert looks(credentials_of(team)) == "mira-okafor"


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_github_is_asked(github_app, settings):
    """SQLite would let nobody else write meanwhile."""
    team = signed_in(github_app, ends_in=timedelta(minutes=1))
    seen = []

    def answer(_):
        seen.append(database.in_atomic_block)
        return httpx.Response(503)

    with respx.mock(assert_all_called=False) as router:
        router.post(f"{settings.GITHUB_WEB_URL}/login/oauth/access_token").mock(side_effect=answer)
        with pytest.raises(GitHubDown):
            credentials_of(team)

    assert seen == [False]


def test_a_refresh_whose_process_died_is_taken_over(github_app):
    team = signed_in(github_app, ends_in=timedelta(minutes=1))
    Connection.objects.update(refreshing_since=timezone.now() - timedelta(seconds=30))

    assert looks(credentials_of(team)) == "mira-okafor"


def test_a_way_that_was_let_go_during_a_refresh_stays_so(github_app, settings):
    """And GitHub forgets the pair that came too late."""
    team = signed_in(github_app, ends_in=timedelta(minutes=1))
    granted = httpx.Response(200, json={"access_token": "ghu_late", "refresh_token": "ghr_late"})

    def answer(_):
        disconnect(team)
        return granted

    with respx.mock(assert_all_mocked=False, assert_all_called=False) as router:
        forgotten = router.delete(path__startswith="/applications/").respond(204)
        router.post(f"{settings.GITHUB_WEB_URL}/login/oauth/access_token").mock(side_effect=answer)
        with pytest.raises(GitHubDown):
            credentials_of(team)

    assert Connection.objects.get().token == ""
    assert b"ghu_late" in forgotten.calls.last.request.content


# --- An App -------------------------------------------------------------------------------------


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
