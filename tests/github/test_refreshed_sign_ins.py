"""A sign-in that ends soon is refreshed once, and no accident on the way loses a good token."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import httpx
import pytest
import respx
from django.db import connection as database
from django.utils import timezone

from apps.github.api.errors import GitHubDown, GitHubTokenRejected
from apps.github.connecting import oauth
from apps.github.connecting.connections import credentials_of, disconnect
from apps.github.models import Connection
from tests.github.signing_in import looks, signed_in

pytestmark = pytest.mark.django_db


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
