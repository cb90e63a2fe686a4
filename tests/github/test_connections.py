"""Connecting a team, seeing what its token sees, choosing repositories."""

import httpx
import pytest

from apps.core.errors import PermanentError
from apps.github import connections, directory, members
from apps.github.client import open_client
from apps.github.connections import (
    UnknownRepositories,
    connect,
    select_repositories,
    token_of,
)
from apps.github.errors import GitHubNotFound, GitHubTimeout, GitHubTokenRejected
from apps.github.models import (
    Connection,
    Person,
    PullRequest,
    PullRequestKey,
    TrackedRepository,
)
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.factories import TeamFactory
from tests.github.fakes import always, data, problem, pull_request, user
from tests.github.running import sync_recent

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(github):
    with open_client("ghp_secret") as client:
        yield client


# --- Connecting --------------------------------------------------------------------------------


def test_a_team_is_connected_to_an_organisation(github):
    team = TeamFactory()

    connection = connect(team, token=" ghp_secret\n", account_login="ACME")

    assert (connection.viewer_login, connection.account_login) == ("viewer", "acme")
    assert connection.account_type == Connection.AccountType.ORGANIZATION
    assert connection.token_hint == "cret"
    assert token_of(team) == "ghp_secret"


def test_without_an_account_the_tokens_own_is_read(github):
    connection = connect(TeamFactory(), token="ghp_secret")

    assert connection.account_login == "viewer"
    assert connection.account_type == Connection.AccountType.USER


def test_connecting_again_replaces_the_token(github, team):
    connect(team, token="ghp_renewed", account_login="acme")

    assert Connection.objects.count() == 1
    assert token_of(team) == "ghp_renewed"


def test_a_token_that_github_does_not_know_changes_nothing(github, team):
    github.faults.append(
        always("Viewer", lambda: httpx.Response(401, json={"message": "Bad credentials"}))
    )

    with pytest.raises(GitHubTokenRejected):
        connect(team, token="ghp_wrong", account_login="acme")

    assert token_of(team) == "ghp_secret"


def test_an_account_that_the_token_cannot_see_is_refused(github, team):
    with pytest.raises(GitHubNotFound):
        connect(team, token="ghp_secret", account_login="unknown")


def test_a_team_without_a_connection_is_told_to_connect():
    with pytest.raises(PermanentError, match="not connected"):
        token_of(TeamFactory())


def test_the_stored_token_is_not_readable_in_the_database(team):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM github_connection")
        assert "ghp_secret" not in cursor.fetchone()[0]


# --- Seeing ------------------------------------------------------------------------------------


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


# --- Choosing ----------------------------------------------------------------------------------


def test_chosen_repositories_are_tracked_under_githubs_own_spelling(github, team):
    github.add_repository("acme/web")
    github.add_repository("other/api")

    rows = select_repositories(team, ["ACME/Web", "other/api", "acme/web "])

    assert [row.name_with_owner for row in rows] == ["acme/web", "other/api"]
    assert rows[0].node_id == "R_acme/web"
    assert rows[0].pushed_at is not None


def test_choosing_again_deselects_the_others_and_keeps_their_rows(github, team):
    github.add_repository("acme/web")
    github.add_repository("acme/api")
    select_repositories(team, ["acme/web"])

    select_repositories(team, ["acme/api"])

    assert dict(TrackedRepository.objects.values_list("name_with_owner", "is_selected")) == {
        "acme/web": False,
        "acme/api": True,
    }


def test_a_renamed_repository_keeps_its_row_when_it_is_chosen_again(github, team):
    node_id = github.add_repository("acme/old")
    before = select_repositories(team, ["acme/old"])
    github.repositories[node_id]["nameWithOwner"] = "acme/new"

    after = select_repositories(team, ["acme/new"])

    assert [row.pk for row in after] == [row.pk for row in before]
    assert after[0].name_with_owner == "acme/new"


def test_another_repository_under_an_old_name_is_read_from_the_top(github, team):
    node_id = github.add_repository("acme/web", pull_request(1))
    row = select_repositories(team, ["acme/web"])[0]
    sync_recent(team)
    assert PullRequest.objects.exists()
    github.repositories[node_id].update({"id": "R_made anew", "databaseId": 77})

    row = select_repositories(team, ["acme/web"])[0]

    row.refresh_from_db()
    assert (row.node_id, row.github_id) == ("R_made anew", 77)
    assert (row.keys_cursor, row.keys_top, row.sync_since) == ("", None, None)
    assert not PullRequest.objects.exists()
    assert not PullRequestKey.objects.exists()


def test_a_repository_that_github_gave_a_new_id_is_the_same_one(github, team):
    node_id = github.add_repository("acme/web", pull_request(1))
    select_repositories(team, ["acme/web"])
    sync_recent(team)
    github.repositories[node_id]["id"] = "R_of another form"

    row = select_repositories(team, ["acme/web"])[0]

    assert row.node_id == "R_of another form"
    assert row.keys_top is not None
    assert PullRequest.objects.exists()


def test_a_name_that_was_left_by_one_and_taken_by_another_makes_two_rows(github, team):
    node_id = github.add_repository("acme/web", pull_request(1))
    first = select_repositories(team, ["acme/web"])[0]
    sync_recent(team)
    github.repositories[node_id]["nameWithOwner"] = "acme/old-web"
    github.repositories["R_new"] = {
        **github.repositories[node_id],
        "id": "R_new",
        "databaseId": 77,
        "nameWithOwner": "acme/web",
    }

    rows = select_repositories(team, ["acme/web", "acme/old-web"])

    assert {row.name_with_owner: row.pk == first.pk for row in rows} == {
        "acme/web": False,
        "acme/old-web": True,
    }
    assert PullRequest.objects.get().repository.name_with_owner == "acme/old-web"


def test_choosing_leaves_alone_what_a_running_sync_writes(
    github, team, monkeypatch, django_assert_max_num_queries
):
    names = [f"acme/number-{n}" for n in range(10)]
    for name in names:
        github.add_repository(name)
    select_repositories(team, names)
    describe = connections.describe

    def describe_while_a_sync_writes(row, repository):
        TrackedRepository.objects.filter(pk=row.pk).update(keys_cursor="far", sync_progress=50)
        describe(row, repository)

    with django_assert_max_num_queries(10):
        select_repositories(team, names)
    monkeypatch.setattr(connections, "describe", describe_while_a_sync_writes)
    select_repositories(team, names)

    written = TrackedRepository.objects.values_list("keys_cursor", "sync_progress")
    assert set(written) == {("far", 50)}


def test_a_row_that_was_made_by_hand_is_looked_up_by_its_name(github, team):
    github.add_repository("acme/web", pull_request(1))
    row = TrackedRepository.objects.create(team=team, name_with_owner="acme/web")
    lost = TrackedRepository.objects.create(team=team, name_with_owner="acme/lost")

    sync_recent(team)

    row.refresh_from_db()
    lost.refresh_from_db()
    assert (row.node_id, row.sync_status) == ("R_acme/web", "completed")
    assert lost.sync_status == "failed"
    assert PullRequest.objects.count() == 1


def test_unknown_names_are_named_and_nothing_is_chosen(github, team):
    github.add_repository("acme/web")

    with pytest.raises(UnknownRepositories, match="acme/typo: GitHub does not know it") as caught:
        select_repositories(team, ["acme/web", "acme/typo", "nonsense"])

    assert set(caught.value.reasons) == {"acme/typo", "nonsense"}
    assert not TrackedRepository.objects.exists()


def test_choosing_nothing_is_refused(github, team):
    with pytest.raises(PermanentError, match="Choose at least one"):
        select_repositories(team, ["", " "])


def test_two_teams_may_read_the_same_repository(github, team):
    github.add_repository("acme/web")
    other = TeamFactory()
    connect(other, token="ghp_other", account_login="acme")

    select_repositories(team, ["acme/web"])
    select_repositories(other, ["acme/web"])

    assert TrackedRepository.objects.count() == 2


# --- Members -----------------------------------------------------------------------------------


def test_members_of_all_pages_become_people(github, team):
    github.members = [user(f"member-{number}") for number in range(5)]

    members.sync(claim(team, Status.SYNCING_MEMBERS))

    assert Person.objects.filter(team=team, is_member=True).count() == 5
    assert Person.objects.get(login="member-0").github_id is not None


def test_who_left_is_no_member_any_more_and_stays_a_person(github, team):
    members.sync(claim(team, Status.SYNCING_MEMBERS))
    github.members = [user("bert")]

    members.sync(claim(team, Status.SYNCING_MEMBERS))

    assert dict(Person.objects.values_list("login", "is_member")) == {"ada": False, "bert": True}


def test_a_token_that_may_not_list_members_is_no_failure(github, team):
    github.faults.append(
        always(
            "Members", lambda: data({"organization": None}, problem("FORBIDDEN", "organization"))
        )
    )

    members.sync(claim(team, Status.SYNCING_MEMBERS))

    assert not Person.objects.exists()


def test_a_personal_account_has_one_member(github, team):
    connect(team, token="ghp_secret")

    members.sync(claim(team, Status.SYNCING_MEMBERS))

    assert [person.login for person in Person.objects.filter(is_member=True)] == ["viewer"]


def test_an_app_and_a_person_of_one_name_are_two():
    team = TeamFactory()
    person = Person.objects.create(team=team, login="claude")
    app = Person.objects.create(team=team, login="claude", kind=Person.Kind.BOT)

    assert (person.handle, app.handle) == ("claude", "claude[bot]")
