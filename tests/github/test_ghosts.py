"""Deleted accounts are one ghost, and what they wrote is kept."""

from apps.github.models import PullRequest
from tests.github.fakes import connected, pull_request, review
from tests.github.running import sync_recent, track


def test_deleted_accounts_are_one_ghost_and_lose_nothing(github, team):
    ghostly = pull_request(
        1, author=None, mergedBy=None, reviews=connected([review(1, author=None)])
    )
    track(team, github.add_repository("acme/web", ghostly, pull_request(2, author=None)))

    sync_recent(team)

    assert {found.author.kind for found in PullRequest.objects.all()} == {"ghost"}
    assert PullRequest.objects.get(number=1).reviews.get().author.login == "ghost"
    assert PullRequest.objects.get(number=1).merged_by.kind == "ghost"
