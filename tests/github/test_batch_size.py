"""How much is asked for at once is learnt for each repository, and remembered."""

import httpx

from apps.github.models import TrackedRepository
from apps.github.syncing.batch_size import GROWS_BY, TRUST, BatchSize
from tests.github.fakes import DETAILS, pull_request
from tests.github.faults import bad_gateway
from tests.github.running import stored, sync_older, sync_recent, track


def test_it_is_halved_when_github_gives_up_and_grows_slowly_while_it_does_not():
    size = BatchSize.learnt(None, most=25)

    size.gave_up(25)
    assert size.now == 12
    size.answered(12)
    assert size.now == 12 + GROWS_BY


def test_what_failed_before_is_not_tried_again_soon():
    """25 are always too much: finding that out again every few batches would cost 10 s each."""
    size = BatchSize.learnt(None, most=25)
    size.gave_up(25)

    asked = []
    for _ in range(TRUST):
        asked.append(size.now)
        size.answered(size.now)

    assert max(asked) == 18
    assert size.to_remember == 18


def test_what_failed_once_is_tried_again_in_the_end():
    size = BatchSize.learnt(None, most=25)
    size.gave_up(25)

    for _ in range(6 * TRUST):
        size.answered(size.now)

    assert size.now == 25
    assert size.to_remember is None


def test_a_batch_that_was_small_for_want_of_more_teaches_nothing():
    size = BatchSize.learnt(6, most=25)

    size.answered(2)

    assert size.now == size.to_remember == 6


def test_it_never_falls_below_one():
    size = BatchSize.learnt(None, most=25)

    for asked in (25, 12, 6, 3, 2, 2):
        size.gave_up(asked)

    assert size.now == 1


def no_more_than(most: int, name: str):
    """GitHub gives up on more pull requests of that repository at once."""

    def fault(operation, variables):
        if operation != DETAILS:
            return None
        asked = [node_id for node_id in variables["ids"] if node_id.endswith(f"@{name}")]
        return bad_gateway() if len(asked) > most else None

    return fault


def asked_sizes(github) -> list[int]:
    return [len(variables["ids"]) for name, variables in github.asked if name == DETAILS]


def test_the_next_step_begins_with_what_worked(github, team):
    recent = [pull_request(n) for n in range(1, 31)]
    older = [pull_request(n, days_old=40) for n in range(31, 61)]
    row = track(team, github.add_repository("acme/web", *recent, *older))
    github.faults.append(no_more_than(6, "acme/web"))
    sync_recent(team)
    row.refresh_from_db()
    assert row.details_at_once == 12  # its portions were smaller, which says nothing of others
    learnt = row.details_at_once
    github.asked.clear()

    sync_older(team)

    assert len(stored(team)) == 60
    assert asked_sizes(github)[0] == learnt


def test_a_heavy_repository_does_not_slow_down_a_light_one(github, team):
    track(team, github.add_repository("acme/heavy", *[pull_request(n) for n in range(1, 41)]))
    light = [pull_request(n, days_old=10) for n in range(1, 101)]
    track(team, github.add_repository("acme/light", *light))
    github.faults.append(no_more_than(3, "acme/heavy"))

    sync_recent(team)

    heavy, light = TrackedRepository.objects.order_by("name_with_owner")
    assert heavy.details_at_once <= 12
    assert light.details_at_once is None
    assert (heavy.sync_prs_completed, light.sync_prs_completed) == (40, 100)


def test_one_that_cannot_be_stored_says_nothing_of_the_others(github, team):
    """Looking for it by halves is our affair, not GitHub's."""
    row = track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 26)]))
    github.pull_requests["R_acme/web"][7]["changedFiles"] = 3_000_000_000_000_000_000_000

    sync_recent(team)

    row.refresh_from_db()
    assert len(stored(team)) == 24
    assert row.details_at_once is None


def test_one_giant_among_small_ones_does_not_make_all_batches_small(github, team):
    """It is found by halves, and asked for by itself; the others are as light as ever."""
    row = track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 101)]))
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == DETAILS and "PR_60@acme/web" in variables["ids"] else None
        )
    )

    sync_recent(team)

    row.refresh_from_db()
    assert stored(team) == set(range(1, 101)) - {60}
    assert row.details_at_once >= 12


def test_a_connection_that_is_lost_says_nothing_of_the_amount(github, team):
    row = track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 26)]))
    lost = [httpx.Response(500, json={"message": "Server Error"}) for _ in range(4)]
    github.faults.append(lambda name, variables: lost.pop() if name == DETAILS and lost else None)

    sync_recent(team)

    row.refresh_from_db()
    assert len(stored(team)) == 25
    assert row.details_at_once is None


def test_a_small_batch_that_fails_says_nothing_of_large_ones():
    """The last page of a window, or what one update has changed: three, and one bad moment."""
    size = BatchSize.learnt(None, most=25)

    size.gave_up(3)

    assert size.now == 25
    assert size.to_remember is None
