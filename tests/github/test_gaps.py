"""A pull request that cannot be fetched is a gap with its reason, and costs no other."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.errors import TransientError
from apps.github.models import PullRequestKey
from apps.github.syncing import sync
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.github.fakes import DETAILS, KEYS, NOW, data, problem, pull_request
from tests.github.faults import always, bad_gateway
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


def test_a_pull_request_that_is_gone_is_no_gap_and_is_asked_for_no_more(github, team):
    repository = track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))

    def delete_the_second(name, variables):
        if name == DETAILS:
            github.pull_requests["R_acme/web"] = github.pull_requests["R_acme/web"][:1]

    github.faults.append(delete_the_second)
    sync_recent(team)

    assert stored(team) == {1}
    gone = PullRequestKey.objects.get(number=2)
    assert gone.state == PullRequestKey.State.GONE
    assert gone.gap_reason == "GitHub does not have this pull request any more."
    repository.refresh_from_db()
    assert (repository.sync_status, repository.sync_error) == ("completed", "")
    assert (repository.sync_prs_completed, repository.sync_prs_total) == (1, 1)
    github.asked.clear()

    sync_recent(team)

    assert github.count(DETAILS) == 0


def test_one_that_was_gone_and_is_listed_again_is_fetched(github, team):
    row = track(team, github.add_repository("acme/web", pull_request(1)))
    [raw] = github.pull_requests["R_acme/web"]
    row.keys.create(node_id=raw["id"], number=1, updated_at=NOW, state=PullRequestKey.State.GONE)

    sync_recent(team)

    assert stored(team) == {1}


def refused_in_the_list(github, number: int):
    """GitHub leaves a hole in the list, and says that it is forbidden."""

    def fault(name, variables):
        if name != KEYS:
            return None
        body = github.PullRequestKeys(**variables).json()["data"]
        nodes = body["node"]["pullRequests"]["nodes"]
        at = next((n for n, one in enumerate(nodes) if one["number"] == number), None)
        if at is None:
            return None
        nodes[at] = None
        return data(body, problem("FORBIDDEN", "node", "pullRequests", "nodes", at))

    return fault


def test_one_that_github_refuses_to_list_is_said_and_looked_for_again(github, team):
    prs = [pull_request(n, days_old=n / 20) for n in range(1, 251)]
    repository = track(team, github.add_repository("acme/web", *prs))
    github.faults.append(refused_in_the_list(github, 150))

    sync_recent(team)

    repository.refresh_from_db()
    assert len(stored(team)) == 249
    assert repository.left_out == 1
    assert repository.sync_status == "partial"
    assert repository.sync_error == (
        "GitHub refuses to list 1 pull request. It is tried again by the next update."
    )
    github.faults.clear()

    sync_older(team)

    repository.refresh_from_db()
    assert len(stored(team)) == 250
    assert (repository.left_out, repository.sync_status) == (0, "completed")


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
