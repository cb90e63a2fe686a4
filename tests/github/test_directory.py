"""What a token sees is listed to its end, as far as the caller says and the token may."""

import pytest

from apps.github.api import directory
from apps.github.api.client import open_client
from apps.github.api.errors import GitHubTimeout
from tests.github.fakes import data, problem, user
from tests.github.faults import always, once

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(github):
    with open_client("ghp_secret") as client:
        yield client


def test_the_accounts_are_the_owner_and_the_organisations(client):
    assert [(one.login, one.kind) for one in directory.accounts(client)] == [
        ("viewer", "user"),
        ("acme", "organization"),
    ]


def test_a_token_that_may_not_list_organisations_sees_its_owner(github, client):
    refusal = problem("INSUFFICIENT_SCOPES", "viewer", "organizations")
    github.faults.append(
        always("Organizations", lambda: data({"viewer": {"organizations": None}}, refusal))
    )

    assert [one.login for one in directory.accounts(client)] == ["viewer"]


def test_repositories_are_listed_over_all_pages_with_their_marks(github, client):
    github.add_repository("acme/web", isPrivate=True)
    github.add_repository("acme/old", isArchived=True)
    github.add_repository("acme/copy", isFork=True, defaultBranchRef=None)

    found = directory.repositories(client, "acme")

    assert [one.name_with_owner for one in found] == ["acme/web", "acme/old", "acme/copy"]
    assert [(one.is_private, one.is_archived, one.is_fork) for one in found] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    assert found[2].default_branch == ""


def test_a_long_list_of_repositories_is_cut_where_the_caller_says(github, client):
    for number in range(5):
        github.add_repository(f"acme/number-{number}")

    assert len(directory.repositories(client, "acme", limit=3)) == 3
    assert github.count("OwnerRepositories") == 2


@pytest.mark.parametrize("cursor", [None, "", "the same"])
def test_a_list_that_does_not_go_on_is_given_up(github, client, cursor):
    stuck = {"pageInfo": {"hasNextPage": True, "endCursor": cursor}, "nodes": [user("ada")]}
    github.faults.append(
        always("Members", lambda: data({"organization": {"membersWithRole": stuck}}))
    )

    with pytest.raises(GitHubTimeout, match="does not come to its end"):
        list(directory.members(client, "acme"))

    assert github.count("Members") <= 2


def with_a_hole(*nodes):
    hole = problem("RESOURCE_LIMITS_EXCEEDED", "organization", "membersWithRole", "nodes", 1)
    page = {"pageInfo": {"hasNextPage": False}, "nodes": [*nodes, None]}
    return data({"organization": {"membersWithRole": page}}, hole)


def test_a_page_with_a_hole_is_asked_for_again(github, client):
    github.members = [user("ada"), user("bert")]
    github.faults.append(once("Members", with_a_hole(user("ada"))))

    [page] = directory.members(client, "acme")

    assert [member.login for member in page] == ["ada", "bert"]


def test_a_page_that_always_has_a_hole_is_given_up(github, client):
    github.faults.append(always("Members", lambda: with_a_hole(user("ada"))))

    with pytest.raises(GitHubTimeout, match="only a part"):
        list(directory.members(client, "acme"))

    assert github.count("Members") == directory.TRIES


def test_a_row_that_is_refused_is_left_out_without_asking_again(github, client):
    refused = problem("FORBIDDEN", "organization", "membersWithRole", "nodes", 1)
    page = {"pageInfo": {"hasNextPage": False}, "nodes": [user("ada"), None]}
    github.faults.append(
        always("Members", lambda: data({"organization": {"membersWithRole": page}}, refused))
    )

    [members] = directory.members(client, "acme")

    assert [member.login for member in members] == ["ada"]
    assert github.count("Members") == 1
