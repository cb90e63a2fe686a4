"""REST over real HTTP: who the token's owner is, and what they may choose."""

import httpx
import pytest


def test_the_token_tells_its_owner_and_its_scopes(github):
    reply = github.get("/user")

    assert reply.json()["login"] == "mira-okafor"
    assert "read:org" in reply.headers["x-oauth-scopes"]
    assert reply.headers["x-ratelimit-resource"] == "core"


def test_other_tokens_are_refused(sandbox):
    for headers in ({}, {"Authorization": "Bearer ghp_other"}):
        reply = httpx.get(f"{sandbox.github_url}/user", headers=headers)

        assert reply.status_code == 401
        assert reply.json()["message"] == "Bad credentials"


def test_pages_are_linked_until_the_last_one(github):
    logins, url = [], "/orgs/northwind-labs/members?per_page=5"
    while url:
        reply = github.get(url)
        logins += [member["login"] for member in reply.json()]
        url = reply.links.get("next", {}).get("url")

    assert len(logins) == len(set(logins)) == 12


def test_repositories_can_be_sorted_by_activity(github):
    rows = github.get("/orgs/northwind-labs/repos?sort=pushed").json()

    pushed = [row["pushed_at"] for row in rows]
    assert len(pushed) == 4
    assert pushed == sorted(pushed, reverse=True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/user/orgs", 200),
        ("/user/memberships/orgs", 200),
        ("/user/repos", 200),
        ("/orgs/Northwind-Labs", 200),
        ("/orgs/mira-okafor", 404),
        ("/users/yuki-harlan", 200),
        ("/users/yuki-harlan/repos", 200),
        ("/users/nobody", 404),
        ("/repos/northwind-labs/harbor", 200),
        ("/repos/northwind-labs/gone", 404),
        ("/gists", 404),
    ],
)
def test_routes_answer_or_say_not_found(github, path, status):
    assert github.get(path).status_code == status
