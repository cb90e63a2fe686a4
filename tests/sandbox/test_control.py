"""Faults are switched at run time, over HTTP, and what was asked is counted."""

import time

import httpx
import pytest

from apps.sandbox.server import running
from tests.sandbox.moments import NOW

VIEWER = {"query": "{ viewer { login } }"}


@pytest.fixture
def fresh():
    with running(now=NOW, small=True) as sandbox:
        yield sandbox


@pytest.fixture
def client(fresh):
    headers = {"Authorization": f"Bearer {fresh.token}"}
    with httpx.Client(base_url=fresh.github_url, headers=headers) as http:
        yield http


def test_a_script_of_faults_hits_exactly_the_next_requests(client):
    client.post("/__control", json={"next": ["502", "", "secondary", "timeout"]})

    replies = [client.post("/graphql", json=VIEWER) for _ in range(5)]

    assert [reply.status_code for reply in replies] == [502, 200, 403, 502, 200]
    assert "Bad Gateway" in replies[0].text
    assert replies[2].headers["retry-after"] == "1"
    assert replies[3].json()["data"] is None


def test_a_revoked_token_is_refused_until_it_is_restored(client, fresh):
    client.post("/__control", json={"revoke": fresh.token})
    assert client.get("/user").status_code == 401

    client.post("/__control", json={"restore": fresh.token})
    assert client.get("/user").status_code == 200


def test_a_used_up_budget_answers_200_with_an_error_until_the_reset(client):
    client.post("/__control", json={"remaining": 1, "reset_in": 0.3})

    assert "data" in client.post("/graphql", json=VIEWER).json()
    limited = client.post("/graphql", json=VIEWER)
    assert limited.status_code == 200
    assert limited.json()["errors"][0]["type"] == "RATE_LIMIT"
    assert limited.headers["x-ratelimit-remaining"] == "0"

    time.sleep(0.35)
    assert "data" in client.post("/graphql", json=VIEWER).json()


def test_faults_by_chance_follow_the_seed(client):
    client.post("/__control", json={"faults": {"502": 0.5}})

    statuses = [client.get("/user").status_code for _ in range(40)]

    assert 8 < statuses.count(502) < 32


def test_latency_is_that_of_a_page_of_twenty_five(client, fresh):
    client.post("/__control", json={"seconds": 6})

    started = time.monotonic()
    client.post("/graphql", json=VIEWER)

    assert 0.6 < time.monotonic() - started < 6


def test_an_unknown_fault_is_refused_with_the_known_ones(client):
    reply = client.post("/__control", json={"next": ["earthquake"]})

    assert reply.status_code == 400
    assert "secondary" in reply.json()["message"]


def test_what_was_asked_is_counted_and_can_be_forgotten(client):
    client.post("/graphql", json=VIEWER)
    assert client.get("/__stats").json()["counts"]["graphql"] == 1

    client.post("/__control", json={"clear": True})
    assert client.get("/__stats").json()["counts"] == {}


def test_the_truth_tells_what_an_import_must_hold_and_how_ai_shows(client, fresh):
    truth = client.get("/__truth").json()

    assert sum(map(len, truth.values())) == len(fresh.world.pull_requests)
    harbor = {row["number"]: row for row in truth["northwind-labs/harbor"]}
    for pull in fresh.world.pull_requests_by_repository["northwind-labs/harbor"]:
        assert harbor[pull.number]["commits"] == len(pull.commits)
        assert harbor[pull.number]["ai_way"] == (pull.assistance and pull.assistance.way)
