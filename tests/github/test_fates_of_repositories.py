"""What becomes of a repository at GitHub, and of what was read of it."""

import pytest

from apps.core.errors import PermanentError
from apps.dashboard.overview import overview_of
from apps.github.api import directory
from apps.github.api.client import open_client
from apps.github.choosing.selection import select_repositories
from apps.github.models import PullRequest, TrackedRepository
from apps.github.syncing.repositories import DISABLED, LOST
from apps.onboarding.progress import facts_of
from tests.factories import TeamFactory
from tests.github.fakes import NOW, data, problem, pull_request
from tests.github.running import stored, sync_older, sync_recent, track


@pytest.mark.parametrize("name", ["acme/new-name", "umbrella/web"])
def test_one_that_was_renamed_or_transferred_is_followed_by_its_id(github, team, name):
    """R-25"""
    repository = track(team, github.add_repository("acme/web", pull_request(1)))
    sync_recent(team)
    github.repositories["R_acme/web"]["nameWithOwner"] = name
    github.touch("acme/web", 1, NOW, title="Touched")

    sync_recent(team)

    repository.refresh_from_db()
    assert (repository.name_with_owner, repository.sync_status) == (name, "completed")
    assert PullRequest.objects.get().title == "Touched"


@pytest.mark.parametrize(
    "answer",
    [
        lambda: data({"nodes": [None]}, problem("NOT_FOUND", "nodes", 0)),
        lambda: data({"nodes": [None]}),  # without a word
    ],
)
def test_one_that_is_out_of_reach_says_so_and_keeps_what_was_read(github, team, answer):
    """R-25, R-26: transferred to others, deleted, made private, taken from the installation."""
    repository = track(team, github.add_repository("acme/web", pull_request(1)))
    sync_recent(team)
    github.faults.append(lambda name, _: answer() if name == "RepositoriesById" else None)

    with pytest.raises(PermanentError, match="acme/web: No longer accessible"):
        sync_older(team)

    repository.refresh_from_db()
    assert (repository.is_selected, repository.sync_error) == (True, LOST)
    assert stored(team) == {1}


def test_one_that_is_out_of_reach_can_be_taken_from_the_selection(github, team):
    """R-26"""
    lost = track(team, github.add_repository("acme/web", pull_request(1)))
    github.add_repository("acme/api")
    sync_recent(team)
    del github.repositories["R_acme/web"]

    select_repositories(team, ["acme/api"])

    lost.refresh_from_db()
    assert not lost.is_selected
    assert stored(team) == {1}


def test_one_that_goes_while_it_is_read_fails_alone(github, team):
    """R-26"""
    gone = track(team, github.add_repository("acme/gone", pull_request(1)))
    track(team, github.add_repository("acme/here", pull_request(2)))

    def delete(name, variables):
        if variables.get("repository") == "R_acme/gone":
            return data({"node": None}, problem("NOT_FOUND", "node"))
        return None

    github.faults.append(delete)
    sync_recent(team)

    gone.refresh_from_db()
    assert gone.sync_status == "failed"
    assert stored(team) == {2}


def test_one_that_is_disabled_says_so_and_the_others_are_read(github, team):
    """R-26"""
    disabled = track(team, github.add_repository("acme/off", isDisabled=True))
    track(team, github.add_repository("acme/on", pull_request(1)))

    sync_recent(team)

    disabled.refresh_from_db()
    assert (disabled.sync_status, disabled.sync_error) == ("failed", DISABLED)


def test_empty_ones_are_done_at_once_with_nothing_in_them(github, team):
    """R-28, R-29"""
    empty = github.add_repository("acme/empty", defaultBranchRef=None, pushedAt=None)
    rows = [track(team, empty), track(team, github.add_repository("acme/quiet"))]

    sync_recent(team)
    sync_older(team)

    for row in rows:
        row.refresh_from_db()
        assert (row.sync_status, row.sync_progress, row.sync_prs_total) == ("completed", 100, 0)
    shown = facts_of(team, connection=None, may_move=True).repositories
    assert [row.state for row in shown] == ["empty", "empty"]
    assert overview_of(team, now=NOW).has_nothing


def test_one_whose_last_update_lies_before_the_window_is_empty_in_it(github, team):
    """R-28"""
    repository = track(team, github.add_repository("acme/web", pull_request(1, days_old=400)))

    sync_recent(team)

    repository.refresh_from_db()
    assert (repository.sync_status, repository.sync_prs_total) == ("completed", 0)


def test_a_pull_request_whose_fork_was_deleted_counts_for_its_base_repository(github, team):
    """R-30"""
    fork = {"isCrossRepository": True, "headRepository": {"nameWithOwner": "eve/web"}}
    gone = {"isCrossRepository": True, "headRepository": None}
    prs = [pull_request(1), pull_request(2, **fork), pull_request(3, **gone)]
    track(team, github.add_repository("acme/web", *prs, isFork=True))

    sync_recent(team)

    found = PullRequest.objects.order_by("number").values_list(
        "repository__name_with_owner", "is_from_fork", "head_repository"
    )
    assert list(found) == [
        ("acme/web", False, "acme/web"),
        ("acme/web", True, "eve/web"),
        ("acme/web", True, ""),
    ]


def test_another_default_branch_is_noticed_and_each_keeps_the_base_it_was_merged_into(github, team):
    """R-31"""
    prs = [pull_request(1), pull_request(2, baseRefName="release-3")]
    repository = track(team, github.add_repository("acme/web", *prs))
    sync_recent(team)
    github.repositories["R_acme/web"]["defaultBranchRef"] = {"name": "trunk"}

    sync_recent(team)

    repository.refresh_from_db()
    assert repository.default_branch == "trunk"
    bases = PullRequest.objects.order_by("number").values_list("base_ref", flat=True)
    assert list(bases) == ["main", "release-3"]


def test_five_hundred_are_discovered_page_by_page_and_looked_up_a_hundred_at_once(github, team):
    """R-33"""
    rows = [
        TrackedRepository(team=team, name_with_owner=f"acme/{n}", node_id=f"R_acme/{n}")
        for n in range(500)
    ]
    for row in rows:
        github.add_repository(row.name_with_owner)
    TrackedRepository.objects.bulk_create(rows)

    with open_client("ghp_secret") as client:
        found = directory.repositories(client, "acme")
    sync_recent(team)

    assert len(found) == 500
    assert github.count("RepositoriesById") == 5
    assert set(team.repositories.values_list("sync_status", flat=True)) == {"completed"}


def test_one_that_two_teams_read_shares_no_row(github, team):
    """R-34"""
    other = TeamFactory()
    other_connection = team.github
    other_connection.pk, other_connection.team = None, other
    other_connection.save()
    node_id = github.add_repository("acme/web", pull_request(1))
    for one in (team, other):
        track(one, node_id)
        sync_recent(one)

    assert stored(team) == stored(other) == {1}
    assert PullRequest.objects.count() == 2
    assert PullRequest.objects.values("author").distinct().count() == 2
