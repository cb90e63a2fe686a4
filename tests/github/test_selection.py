"""Chosen repositories are tracked by their id, whatever they are called, and others let go."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.errors import PermanentError
from apps.github.api.facts import Repository
from apps.github.choosing import selection
from apps.github.choosing.selection import UnknownRepositories, select_found, select_repositories
from apps.github.connecting.connections import connect
from apps.github.models import PullRequest, PullRequestKey, TrackedRepository
from apps.github.syncing.repositories import refresh
from tests.factories import TeamFactory
from tests.github.fakes import NOW, pull_request
from tests.github.running import sync_recent

pytestmark = pytest.mark.django_db


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
    describe = selection.describe

    def describe_while_a_sync_writes(row, repository, taken):
        TrackedRepository.objects.filter(pk=row.pk).update(keys_cursor="far", sync_progress=50)
        describe(row, repository, taken)

    with django_assert_max_num_queries(10):
        select_repositories(team, names)
    monkeypatch.setattr(selection, "describe", describe_while_a_sync_writes)
    select_repositories(team, names)

    written = TrackedRepository.objects.values_list("keys_cursor", "sync_progress")
    assert set(written) == {("far", 50)}


def test_many_new_repositories_are_chosen_with_few_statements(team, django_assert_max_num_queries):
    found = [
        Repository(f"R{n}", n, f"acme/r{n}", "main", False, False, False, False, NOW)
        for n in range(100)
    ]

    with django_assert_max_num_queries(10):
        rows = select_found(team, found)

    assert TrackedRepository.objects.filter(is_selected=True).count() == len(rows) == 100


def test_many_renamed_repositories_are_followed_with_few_statements(
    team, django_assert_max_num_queries
):
    old = [
        Repository(f"R{n}", n, f"acme/old-{n}", "main", False, False, False, False, NOW)
        for n in range(50)
    ]
    rows = select_found(team, old)
    found = {
        row.pk: replace(repository, name_with_owner=f"acme/new-{row.github_id}")
        for row, repository in zip(rows, old, strict=True)
    }

    with django_assert_max_num_queries(5):
        refresh(rows, found)

    names = TrackedRepository.objects.values_list("name_with_owner", flat=True)
    assert set(names) == {f"acme/new-{n}" for n in range(50)}


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


def test_a_sync_right_after_the_choice_begins_with_the_lists(github, team):
    github.add_repository("acme/web", pull_request(1))
    select_repositories(team, ["acme/web"])
    github.asked.clear()

    sync_recent(team)
    assert github.count("RepositoriesById") == 0

    sync_recent(team)
    assert github.count("RepositoriesById") == 1


def test_a_choice_of_an_hour_ago_is_looked_up(github, team):
    github.add_repository("acme/web", pull_request(1))
    select_repositories(team, ["acme/web"])
    hour_ago = timezone.now() - timedelta(hours=1)
    TrackedRepository.objects.update(chosen_at=hour_ago)

    sync_recent(team)

    assert github.count("RepositoriesById") == 1
