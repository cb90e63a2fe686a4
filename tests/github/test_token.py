"""The token is sent and never logged, and a revoked one ends the step with what to do."""

import httpx
import pytest
from cryptography.fernet import Fernet

from apps.core.errors import PermanentError
from apps.github.api.errors import GitHubDown, GitHubTokenRejected
from apps.github.api.queries import VIEWER
from apps.github.connecting.connections import connect
from apps.github.connecting.rejection import client_of, try_again
from apps.github.models import Connection
from tests.github.fakes import DETAILS, pull_request
from tests.github.faults import bad_gateway, once
from tests.github.running import stored, sync_recent, track


def bad_credentials():
    return httpx.Response(401, json={"message": "Bad credentials"})


@pytest.fixture
def dead(github, team):
    """A team whose token GitHub takes no more, after a run that has met that."""
    connect(team, token="ghp_rev2")
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(lambda name, variables: bad_credentials())
    with pytest.raises(PermanentError, match="Reconnect GitHub"):
        sync_recent(team)
    return Connection.objects.get(team=team)


def test_a_revoked_token_is_known_to_the_connection_and_named_by_its_end(dead):
    assert dead.closed_because == (
        "GitHub no longer accepts the token that ends in rev2. Reconnect GitHub with a new one."
    )
    assert dead.token == "ghp_rev2"


def test_a_token_that_is_known_to_be_refused_is_shown_once_more_and_no_further(github, team, dead):
    github.asked.clear()

    with pytest.raises(GitHubTokenRejected, match="ends in rev2"):
        sync_recent(team)

    assert [name for name, _ in github.asked] == ["Viewer"]


def test_a_refused_token_that_github_takes_again_opens_the_way(github, team, dead):
    """Whoever tries the run again, the night included, need not know of the connect page."""
    github.faults.clear()

    sync_recent(team)

    assert Connection.objects.get(team=team).is_open


def test_one_refusal_alone_closes_nothing_and_is_waited_for(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(once(DETAILS, bad_credentials()))

    with pytest.raises(GitHubDown, match="accepted it a moment later"):
        sync_recent(team)

    assert Connection.objects.get(team=team).is_open


def test_a_token_that_was_connected_meanwhile_stays_open(github, team):
    def refused_and_replaced(name, variables):
        connection = Connection.objects.get(team=team)
        connection.hold("ghp_new3")
        connection.save()
        return bad_credentials()

    github.faults.append(refused_and_replaced)
    with pytest.raises(GitHubTokenRejected), client_of(team) as client:
        client.query(VIEWER)

    assert Connection.objects.get(team=team).is_open


def test_what_github_takes_again_is_open_again(github, team, dead):
    with pytest.raises(GitHubTokenRejected):
        try_again(dead)
    assert not Connection.objects.get(team=team).is_open

    github.faults.clear()
    try_again(dead)

    assert Connection.objects.get(team=team).is_open
    sync_recent(team)
    assert stored(team) == {1}


def test_the_token_is_sent_and_never_logged(github, team, caplog):
    caplog.set_level("DEBUG")
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(once(DETAILS, bad_gateway()))

    sync_recent(team)

    assert github.tokens == {"Bearer ghp_secret"}
    assert "ghp_secret" not in caplog.text


def test_a_token_revoked_in_the_middle_stops_the_run_and_a_new_one_goes_on_from_there(github, team):
    """What was answered before is stored; nothing of it is asked for again."""
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 501)]))
    answered = []

    def revoked(name, variables):
        if name == DETAILS and len(answered) < 5:
            answered.append(variables["ids"])
            return None
        return httpx.Response(401, json={"message": "Bad credentials"}) if answered else None

    github.faults.append(revoked)
    with pytest.raises(PermanentError, match="Reconnect GitHub"):
        sync_recent(team)
    assert len(stored(team)) == sum(map(len, answered))
    asked_of_the_revoked = github.count(DETAILS)
    assert asked_of_the_revoked < 5 + 20
    github.faults.clear()
    connect(team, token="ghp_new")
    github.asked.clear()

    sync_recent(team)

    assert stored(team) == set(range(1, 501))
    asked = [node_id for name, v in github.asked if name == DETAILS for node_id in v["ids"]]
    assert not set(asked) & {node_id for ids in answered for node_id in ids}


def test_a_closed_way_whose_key_is_lost_asks_to_reconnect(github, team, dead, settings):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(GitHubTokenRejected, match="Reconnect GitHub"):
        sync_recent(team)
