"""Each server tells how often one and the same question was asked, and how often well answered."""

from contextlib import suppress

import httpx
import pytest

from apps.github.api.queries import VIEWER
from apps.llm.client import AnswerInvalid, GroqClient, GroqUnavailable
from apps.sandbox.server import running
from apps.sandbox.tally import fingerprint
from tests.sandbox.moments import NOW

OTHER = "ghp_sandbox_of_another_team"


@pytest.fixture
def servers():
    with running(now=NOW, small=True) as sandbox:
        yield sandbox


def ask(servers, path, *, token=None, query=None):
    headers = {"Authorization": f"Bearer {token or servers.token}"}
    url = f"{servers.github_url}{path}"
    if query is None:
        return httpx.get(url, headers=headers)
    return httpx.post(url, headers=headers, json={"query": query})


def github_stats(servers):
    return httpx.get(f"{servers.github_url}/__stats").json()


def test_equal_requests_are_counted_by_token_and_different_ones_are_not_mixed_up(servers):
    for _ in range(3):
        ask(servers, "/graphql", query=VIEWER)
    ask(servers, "/graphql", query="{ viewer { id } }")
    ask(servers, "/user/orgs?page=1")
    ask(servers, "/user/orgs?page=2")
    ask(servers, "/graphql", query=VIEWER, token=OTHER)

    repeats = github_stats(servers)["repeats"]

    mine, other = repeats[fingerprint(servers.token)], repeats[fingerprint(OTHER)]
    assert (mine["requests"], mine["different"], mine["most"]) == (6, 4, 3)
    assert mine["most_asked"].startswith('POST /graphql {"query"')
    assert (other["requests"], other["most"]) == (1, 1)


def test_what_failed_was_asked_and_not_answered(servers):
    repositories = "{ viewer { repositories(first: 2) { nodes { id } } } }"
    servers.github.change({"next": ["502", "empty", "partial", ""], "revoke": OTHER})
    for _ in range(4):
        ask(servers, "/graphql", query=repositories)
    ask(servers, "/graphql", query=repositories, token=OTHER)

    stats = github_stats(servers)

    assert stats["repeats"][fingerprint(servers.token)]["most"] == 4
    assert stats["repeats"][fingerprint(OTHER)]["most"] == 1
    assert (stats["answered"], stats["questions"], stats["most_answered"]) == (1, 1, 1)


def test_a_question_that_was_paid_twice_shows(servers):
    servers.groq.change({"next": ["503", "prose", "", "", "498", ""]})
    with GroqClient(servers.key, base_url=servers.groq_url, timeout=20) as client:
        for merged in (1, 1, 1, 1, 2, 2):
            with suppress(GroqUnavailable, AnswerInvalid):
                client.complete(system="Say it.", user=f"merged: {merged}")

    stats = httpx.get(f"{servers.groq_url}/__stats").json()

    assert (stats["answered"], stats["questions"], stats["most_answered"]) == (3, 2, 2)
    assert stats["answered_times"] == {"1": 1, "2": 1}


def test_clear_forgets_the_questions(servers):
    ask(servers, "/user")
    servers.github.change({"clear": True})

    stats = github_stats(servers)

    assert stats["repeats"] == {}
    assert (stats["answered"], stats["questions"], stats["most_answered"]) == (0, 0, 0)
    ask(servers, "/user")
    assert github_stats(servers)["repeats"][fingerprint(servers.token)]["most"] == 1


def test_a_token_is_not_told(servers):
    ask(servers, "/user")
    ask(servers, "/user", token=OTHER)

    told = httpx.get(f"{servers.github_url}/__stats").text

    assert servers.token not in told
    assert OTHER not in told
