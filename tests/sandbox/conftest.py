"""One sandbox for all tests of the room: its world never changes, and switches are put back."""

import httpx
import pytest

from apps.sandbox.server import running
from tests.sandbox.moments import NOW


@pytest.fixture(scope="session")
def sandbox():
    with running(now=NOW) as servers:
        yield servers


@pytest.fixture(scope="session")
def world(sandbox):
    return sandbox.world


@pytest.fixture
def github(sandbox):
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    with httpx.Client(base_url=sandbox.github_url, headers=headers) as client:
        yield client


@pytest.fixture
def groq(sandbox):
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    with httpx.Client(base_url=sandbox.groq_url, headers=headers) as client:
        yield client


@pytest.fixture
def ask(github):
    """Send one GraphQL query and return the whole body."""

    def send(query, **variables):
        reply = github.post("/graphql", json={"query": query, "variables": variables})
        assert reply.status_code == 200
        return reply.json()

    return send
