"""What the product's own clients make of each fault, over real sockets, and that it then passes."""

import httpx
import pytest

from apps.github.api.client import GitHubClient
from apps.github.api.credentials import PlainToken
from apps.github.api.errors import (
    GitHubRateLimited,
    GitHubTimeout,
    GitHubTokenRejected,
    GitHubTooFast,
    GitHubUnavailable,
)
from apps.github.api.queries import VIEWER
from apps.github.syncing.details import fetch
from apps.llm.client import GroqClient, GroqUnavailable
from apps.sandbox.server import running
from tests.sandbox.moments import NOW

LATE = 0.3  # seconds: longer than a client that is set to be impatient waits


@pytest.fixture
def servers():
    with running(now=NOW, small=True) as sandbox:
        sandbox.github.change({"slow_seconds": 3 * LATE})
        sandbox.groq.change({"slow_seconds": 3 * LATE})
        yield sandbox


@pytest.fixture
def client(servers):
    with new_client(servers) as made:
        yield made


def new_client(servers) -> GitHubClient:
    return GitHubClient(PlainToken(servers.token), url=servers.graphql_url, timeout=20)


@pytest.fixture
def rest(servers):
    headers = {"Authorization": f"Bearer {servers.token}"}
    with httpx.Client(base_url=servers.github_url, headers=headers) as http:
        yield http


@pytest.fixture
def ids(servers):
    """The first pull requests, each with reviews, as GitHub names them."""
    return [pull.id for pull in servers.world.pull_requests if pull.reviews][:4]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("502", GitHubTimeout),
        ("504", GitHubTimeout),
        ("timeout", GitHubTimeout),
        ("empty", GitHubTimeout),
        ("reset", GitHubUnavailable),
        ("secondary", GitHubTooFast),
        ("401", GitHubTokenRejected),
    ],
)
def test_the_github_client_takes_a_fault_for_what_it_is_and_the_next_answer_is_right(
    client, servers, fault, expected
):
    servers.github.change({"next": [fault]})

    with pytest.raises(expected):
        client.query(VIEWER)
    with new_client(servers) as another:
        assert another.query(VIEWER).at("viewer", "login") == "mira-okafor"


def test_a_slow_answer_is_right_for_whoever_waits_and_a_timeout_for_who_does_not(client, servers):
    servers.github.change({"next": ["slow", "slow"]})

    assert client.query(VIEWER).at("viewer", "login") == "mira-okafor"
    with (
        GitHubClient(PlainToken(servers.token), url=servers.graphql_url, timeout=LATE) as impatient,
        pytest.raises(GitHubTimeout),
    ):
        impatient.query(VIEWER)


@pytest.mark.parametrize("path", ["/graphql", "/user"])
def test_a_connection_that_is_reset_brings_no_byte_and_the_next_one_works(servers, rest, path):
    servers.github.change({"next": ["reset"]})
    ask = {"method": "POST", "json": {"query": VIEWER}} if path == "/graphql" else {"method": "GET"}

    with pytest.raises(httpx.RemoteProtocolError):
        rest.request(url=path, **ask)
    assert rest.request(url=path, **ask).status_code == 200


@pytest.mark.parametrize(("fault", "status"), [("partial", 502), ("504", 504), ("empty", 200)])
def test_rest_has_faults_too_and_no_partial_answer(servers, rest, fault, status):
    servers.github.change({"next": [fault]})

    reply = rest.get("/user")

    assert reply.status_code == status
    assert (reply.text == "") == (fault == "empty")


def test_a_partial_answer_names_each_row_that_it_lacks(servers, ids, client):
    servers.github.change({"next": ["partial"]})
    query = """query ($ids: [ID!]!) { nodes(ids: $ids) {
        ... on PullRequest { id reviews(first: 5) { nodes { state } } } } }"""

    answer = client.query(query, {"ids": ids})

    whole, child = sorted((problem.path for problem in answer.problems), key=len)
    assert answer.data[whole[0]][whole[1]] is None
    assert answer.data[child[0]][child[1]]["reviews"]["nodes"][child[-1]] is None
    assert child[:2] != whole
    assert {problem.kind for problem in answer.problems} == {"RESOURCE_LIMITS_EXCEEDED"}
    assert sum(row is not None for row in answer.data["nodes"]) == len(ids) - 1


def test_the_product_asks_again_for_what_a_partial_answer_lacked_and_misses_nothing(
    servers, ids, client
):
    servers.github.change({"next": ["partial"]})

    first = fetch(client, ids)
    alone = [fetch(client, [node_id]) for node_id in first.again]

    assert len(first.again) == 2
    assert not first.missing
    found = {**first.pull_requests}
    for fetched in alone:
        found |= fetched.pull_requests
    assert sorted(found) == sorted(ids)


def test_an_answer_without_rows_stays_whole(servers, client):
    servers.github.change({"next": ["partial"]})

    assert client.query(VIEWER).problems == ()


def test_a_used_up_budget_holds_for_graphql_and_rest(servers, client, rest):
    servers.github.change({"remaining": 0, "reset_in": 600})

    with pytest.raises(GitHubRateLimited) as limited:
        client.query(VIEWER)
    reply = rest.get("/user")

    assert 500 < limited.value.retry_after <= 600
    assert reply.status_code == 403
    assert "rate limit" in reply.json()["message"]
    assert reply.headers["x-ratelimit-remaining"] == "0"


def test_a_revoked_token_is_refused_by_graphql_and_rest_until_it_is_restored(servers, client, rest):
    servers.github.change({"revoke": servers.token})
    with pytest.raises(GitHubTokenRejected):
        client.query(VIEWER)
    assert rest.get("/user").status_code == 401

    servers.github.change({"restore": servers.token})
    with new_client(servers) as another:
        assert another.query(VIEWER).at("viewer", "login") == "mira-okafor"
    assert rest.get("/user").status_code == 200


@pytest.mark.parametrize("fault", ["498", "reset", "slow"])
def test_the_groq_client_takes_each_of_these_for_unavailable(servers, fault):
    servers.groq.change({"next": [fault]})

    with GroqClient(servers.key, base_url=servers.groq_url, timeout=LATE) as client:
        with pytest.raises(GroqUnavailable):
            client.complete(system="Say it.", user="merged: 135")
        assert client.complete(system="Say it.", user="merged: 135").document


@pytest.mark.parametrize(("fault", "alive"), [("503", False), ("reset", False), ("498", True)])
def test_a_groq_that_is_down_lists_no_models_and_one_without_capacity_does(servers, fault, alive):
    servers.groq.change({"faults": {fault: 1}})

    try:
        headers = {"authorization": f"Bearer {servers.key}"}
        answer = httpx.get(f"{servers.groq_url}/openai/v1/models", headers=headers, timeout=20)
    except httpx.HTTPError:
        assert not alive
    else:
        assert answer.is_success is alive
