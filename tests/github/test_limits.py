"""A limit of GitHub is waited for, in the call or in the row, and what is in hand is stored."""

import pytest

from apps.github.api.errors import GitHubRateLimited, GitHubTooFast
from tests.github.fakes import DETAILS, data, pull_request
from tests.github.faults import at_the, once, too_fast
from tests.github.running import stored, sync_recent, track


def test_a_secondary_limit_stores_what_is_in_hand_and_postpones_without_counting(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 101)]))
    github.faults.append(at_the(4, DETAILS, too_fast(60)))

    with pytest.raises(GitHubTooFast) as caught:
        sync_recent(team)

    assert caught.value.retry_after == pytest.approx(60, abs=1)
    assert caught.value.counts is False
    assert len(stored(team)) == 75


def test_a_short_pause_is_waited_for_in_the_call(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(once(DETAILS, too_fast(1)))

    sync_recent(team)

    assert stored(team) == {1}


def test_a_used_up_budget_postpones_until_the_reset(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    github.faults.append(once(DETAILS, data({}, {"type": "RATE_LIMIT", "message": "exceeded"})))

    with pytest.raises(GitHubRateLimited, match=r"GitHub allows more requests at \d\d:\d\d UTC"):
        sync_recent(team)
