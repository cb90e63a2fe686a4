"""A pull request that cannot be fetched is a gap with its reason, and costs no other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.errors import TransientError
from apps.github.models import PullRequestKey
from apps.github.syncing import sync
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.github.fakes import DETAILS, NOW, always, bad_gateway, pull_request
from tests.github.running import stored, sync_older, sync_recent, track


def test_one_that_always_fails_is_a_gap_and_the_repository_partial(github, team):
    repository = track(
        team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 26)])
    )
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == DETAILS and "PR_7@acme/web" in variables["ids"] else None
        )
    )

    sync_recent(team)

    assert stored(team) == set(range(1, 26)) - {7}
    gap = PullRequestKey.objects.get(state=PullRequestKey.State.GAP)
    assert gap.number == 7
    assert gap.gap_reason
    repository.refresh_from_db()
    assert repository.sync_status == "partial"
    assert repository.sync_error == (
        "1 pull request could not be fetched: #7. It is tried again by the next update."
    )
    assert (repository.sync_prs_completed, repository.sync_prs_total) == (24, 25)
    assert repository.sync_progress == 100


def test_a_gap_is_tried_again_by_the_next_run(github, team):
    repository = track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(always(DETAILS, bad_gateway))
    sync_recent(team)
    github.faults.clear()

    sync_older(team)

    assert stored(team) == {1}
    repository.refresh_from_db()
    assert repository.sync_status == "completed"


def test_a_github_that_is_down_makes_no_gaps(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(always(DETAILS, bad_gateway))
    github.faults.append(always("Viewer", bad_gateway))

    with pytest.raises(TransientError, match="does not answer"):
        sync_recent(team)

    assert PullRequestKey.objects.get().state == PullRequestKey.State.PENDING


def test_a_pull_request_that_is_gone_is_a_gap_that_says_so(github, team):
    track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))

    def delete_the_second(name, variables):
        if name == DETAILS:
            github.pull_requests["R_acme/web"] = github.pull_requests["R_acme/web"][:1]

    github.faults.append(delete_the_second)
    sync_recent(team)

    assert stored(team) == {1}
    gap = PullRequestKey.objects.get(number=2)
    assert gap.gap_reason == "GitHub does not have this pull request any more."


def test_refreshes_try_a_gap_again_once_an_hour(github, team):
    """Webhooks ask for a refresh every quarter of an hour, and each try is three long timeouts."""
    row = track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(always(DETAILS, bad_gateway))
    sync_recent(team)
    github.faults.clear()
    github.asked.clear()

    refresh(team)

    assert github.count(DETAILS) == 0
    assert stored(team) == set()
    hour_ago = timezone.now() - timedelta(minutes=61)
    type(row).objects.filter(pk=row.pk).update(gaps_tried_at=hour_ago)

    refresh(team)

    assert stored(team) == {1}


def refresh(team):
    sync.older(claim(team, Status.BACKGROUND_SYNCING, onboarding_pipeline_completed_at=NOW))
