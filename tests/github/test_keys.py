"""A page of a repository's list: what GitHub could not list, and lists that do not end."""

import pytest

from apps.github.api.client import open_client
from apps.github.api.errors import GitHubQueryRejected, GitHubSsoRequired, GitHubTimeout
from apps.github.syncing import keys
from tests.github.fakes import connected, data, problem, pull_request
from tests.github.faults import always

KEYS = "PullRequestKeys"
NODES = ("node", "pullRequests", "nodes")


@pytest.fixture
def client(github):
    with open_client("ghp_secret") as client:
        yield client


def listed(client, cursor=""):
    return keys.list_page(client, repository="R_acme/web", cursor=cursor)


def numbers(listed):
    return [key.number for key in listed.page.items]


def raw_list(*numbers: int, has_more: bool = False, cursor: str | None = None):
    nodes = [
        {k: pull_request(n)[k] for k in ("id", "number", "updatedAt")} if n else None
        for n in numbers
    ]
    info = {"hasNextPage": has_more, "endCursor": cursor}
    return {"node": {"pullRequests": {**connected(nodes), "pageInfo": info}}}


@pytest.mark.parametrize("kind", ["FORBIDDEN", "NOT_FOUND", "UNHEARD_OF"])
def test_one_that_is_refused_is_left_out_and_the_others_are_listed(github, client, caplog, kind):
    answer = data(raw_list(1, 0, 3), problem(kind, *NODES, 1))
    github.faults.append(always(KEYS, lambda: answer))

    assert numbers(listed(client)) == [1, 3]
    assert github.count(KEYS) == 1
    assert "left 1 out of a list" in caplog.text


def test_a_list_that_was_cut_short_is_asked_for_in_smaller_pages(github, client):
    def cut(name, variables):
        if name == KEYS and variables["first"] > 25:
            return data(raw_list(1, 0, 0), problem("RESOURCE_LIMITS_EXCEEDED", *NODES, 1))
        return None

    github.add_repository("acme/web", pull_request(1), pull_request(2), pull_request(3))
    github.faults.append(cut)

    assert sorted(numbers(listed(client))) == [1, 2, 3]


@pytest.mark.parametrize("path", [(), ("node",), ("node", "pullRequests"), NODES])
@pytest.mark.parametrize(
    ("kind", "extra", "error"),
    [
        ("FORBIDDEN", {"extensions": {"saml_failure": True}}, GitHubSsoRequired),
        ("RESOURCE_LIMITS_EXCEEDED", {}, GitHubTimeout),
        ("UNHEARD_OF", {}, GitHubQueryRejected),
    ],
)
def test_a_problem_of_the_whole_list_is_raised_as_what_it_is(
    github, client, path, kind, extra, error
):
    answer = data(raw_list(1), problem(kind, *path, **extra))
    github.faults.append(always(KEYS, lambda: answer))

    with pytest.raises(error):
        listed(client)


@pytest.mark.parametrize("cursor", [None, "", "here"])
def test_a_list_that_does_not_go_on_is_given_up(github, client, cursor):
    answer = data(raw_list(1, has_more=True, cursor=cursor))
    github.faults.append(always(KEYS, lambda: answer))

    with pytest.raises(GitHubTimeout, match="does not come to its end"):
        listed(client, cursor="here")
