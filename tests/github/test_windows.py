"""Phase 1 stores what was updated in its window, phase 2 the rest, and nothing is walked twice."""

from apps.github.syncing import sync
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.github.fakes import DETAILS, KEYS, pull_request
from tests.github.running import stored, sync_older, sync_recent, track


def test_phase_1_stores_what_was_updated_in_its_window_and_phase_2_the_rest(github, team):
    ages = {1: 1, 2: 29, 3: 31, 4: 89, 5: 91}
    prs = [pull_request(number, days_old=days) for number, days in ages.items()]
    repository = track(team, github.add_repository("acme/web", *prs))

    sync_recent(team)
    after_phase_1 = stored(team)
    sync_older(team)

    assert after_phase_1 == {1, 2}
    assert stored(team) == {1, 2, 3, 4}
    repository.refresh_from_db()
    assert repository.sync_status == "completed"
    assert repository.sync_progress == 100
    assert repository.sync_prs_completed == repository.sync_prs_total == 2


def test_a_pull_request_opened_long_ago_and_merged_yesterday_is_in_phase_1(github, team):
    old = pull_request(1, createdAt="2025-01-01T00:00:00Z")
    track(team, github.add_repository("acme/web", old))

    sync_recent(team)

    assert stored(team) == {1}


def test_without_a_second_phase_the_first_reads_everything(github, team):
    prs = [pull_request(1, days_old=1), pull_request(2, days_old=80)]
    track(team, github.add_repository("acme/web", *prs))

    sync.recent(claim(team, Status.SYNCING, pipeline_two_phase=False))

    assert stored(team) == {1, 2}


def test_phase_2_walks_on_from_the_stored_cursor_and_walks_nothing_twice(github, team):
    prs = [pull_request(n, days_old=n / 10) for n in range(1, 451)]
    track(team, github.add_repository("acme/web", *prs))
    sync_recent(team)
    github.asked.clear()

    sync_older(team)

    cursors = [variables["after"] for name, variables in github.asked if name == KEYS]
    assert len(cursors) == 2  # the last page of the walk, and the catch-up from the top
    assert cursors[0] is not None
    assert len(stored(team)) == 450


def test_a_repository_without_pull_requests_is_completed_with_0(github, team):
    repository = track(team, github.add_repository("acme/empty"))

    sync_recent(team)

    repository.refresh_from_db()
    assert (repository.sync_status, repository.sync_progress) == ("completed", 100)


def test_details_are_asked_for_newest_first_over_all_repositories(github, team):
    even = [pull_request(n, days_old=n / 10) for n in range(2, 80, 2)]
    odd = [pull_request(n, days_old=n / 10) for n in range(1, 80, 2)]
    track(team, github.add_repository("acme/even", *even))
    track(team, github.add_repository("acme/odd", *odd))

    sync_recent(team)

    first = next(variables["ids"] for name, variables in github.asked if name == DETAILS)
    assert len(first) == 25
    assert stored(team) == set(range(1, 80))


def test_the_most_recently_pushed_repository_is_listed_first(github, team, settings):
    one_at_a_time = {"github_parallel_max": 1}  # of two at once, either may arrive first
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | one_at_a_time
    track(team, github.add_repository("acme/quiet", pushedAt="2026-01-01T00:00:00Z"))
    track(team, github.add_repository("acme/busy", pushedAt="2026-05-31T00:00:00Z"))

    sync_recent(team)

    listed = [variables["repository"] for name, variables in github.asked if name == KEYS]
    assert listed[0] == "R_acme/busy"
