"""A run goes on where the last one stopped, and only the worker with the ticket writes."""

import pytest

from apps.github.syncing import sync
from apps.pipeline.claims import TicketLost
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.github.fakes import DETAILS, KEYS, pull_request
from tests.github.faults import bad_gateway, dying_at
from tests.github.running import stored, sync_recent, track


def test_running_again_on_a_complete_window_costs_two_requests(github, team):
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 40)]))
    sync_recent(team)
    github.asked.clear()

    sync_recent(team)

    assert [name for name, _ in github.asked] == ["RepositoriesById", KEYS]


def test_a_run_after_a_crash_goes_on_with_what_is_pending(github, team, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"github_parallel_max": 1}
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 101)]))
    github.faults.append(dying_at(DETAILS, 3))
    with pytest.raises(SystemError):
        sync_recent(team)
    assert len(stored(team)) == 50
    github.faults.clear()
    github.asked.clear()

    sync_recent(team)

    assert len(stored(team)) == 100
    assert github.count(DETAILS) == 2
    assert github.count(KEYS) == 1  # the catch-up


def test_a_run_that_stores_nothing_new_is_no_progress(github, team):
    track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == DETAILS and "PR_2@acme/web" in variables["ids"] else None
        )
    )
    first = claim(team, Status.SYNCING)
    sync.recent(first)
    attempts_after_the_first = first.attempts_now()

    again = claim(team, Status.SYNCING)
    sync.recent(again)

    assert attempts_after_the_first == 0
    assert again.attempts_now() == 1


def test_a_worker_that_was_overtaken_writes_nothing_more(github, team):
    track(team, github.add_repository("acme/web", pull_request(1)))
    taken = claim(team, Status.SYNCING)
    rows().filter(pk=team.pk).update(pipeline_ticket=taken.ticket + 1)

    with pytest.raises(TicketLost):
        sync.recent(taken)

    assert stored(team) == set()
