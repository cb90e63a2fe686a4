"""What a token sees is listed to its end, as far as the caller says and the token may."""

import pytest

from apps.github import directory
from apps.github.client import open_client
from apps.github.errors import GitHubTimeout
from tests.github.fakes import always, data, problem, user

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
