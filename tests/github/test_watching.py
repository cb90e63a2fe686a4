"""Who watches a sync sees percentages that only rise, few statements, and each repository end."""

from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.github.models import TrackedRepository
from apps.github.syncing import sync
from apps.pipeline.claims import Claim
from apps.pipeline.machine import Status
from apps.pipeline.signals import repository_synced
from apps.teams.models import Team
from tests.claims import claim
from tests.github.fakes import (
    DETAILS,
    NOW,
    FakeGitHub,
    commit,
    connected,
    file,
    pull_request,
    review,
    user,
)
from tests.github.faults import Fault
from tests.github.running import stored, sync_older, sync_recent, track


def test_phase_2_writes_its_percentage_on_the_team(github, team):
    prs = [pull_request(n, days_old=40) for n in range(1, 60)]
    track(team, github.add_repository("acme/web", *prs))
    sync_recent(team)

    sync_older(team)

    assert Team.objects.get(pk=team.pk).background_sync_progress == 100


def test_hooks_hear_of_each_repository(github, team):
    track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))
    heard = []

    def hook(**told):
        heard.append((told["repository"], told["status"], told["pull_requests"]))

    repository_synced.connect(hook, weak=False)
    try:
        sync_recent(team)
    finally:
        repository_synced.disconnect(hook)

    assert heard == [("acme/web", "completed", 2)]


@dataclass(frozen=True)
class WatchedClaim(Claim):
    """Notes after each batch how many statements it took, and how far the repository is."""

    statements: list[int] = field(default_factory=list)
    percentages: list[int] = field(default_factory=list)

    @contextmanager
    def batch(self, *, progress=False, **columns):
        with (
            CaptureQueriesContext(connection) as captured,
            super().batch(progress=progress, **columns),
        ):
            yield
        self.statements.append(
            sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)
        )
        self.percentages.extend(TrackedRepository.objects.values_list("sync_progress", flat=True))


def watched(taken: Claim) -> WatchedClaim:
    return WatchedClaim(row=taken.row, ticket=taken.ticket, status=taken.status)


def test_the_percentage_never_falls_and_is_100_only_at_the_end(github, team):
    prs = [pull_request(n, days_old=n / 20) for n in range(1, 320)]
    track(team, github.add_repository("acme/web", *prs))
    github.faults.append(touch_when_details_are_asked(github, number=300))
    taken = watched(claim(team, Status.SYNCING))

    sync.recent(taken)

    assert taken.percentages == sorted(taken.percentages)
    assert taken.percentages[0] == 0
    assert taken.percentages[-1] == 100
    assert len(set(taken.percentages)) > 2


def touch_when_details_are_asked(github: FakeGitHub, *, number: int) -> Fault:
    def touch(name, variables):
        if name == DETAILS:
            github.touch("acme/web", number, NOW)

    return touch


@pytest.mark.parametrize("amount", [2, 25])
def test_a_page_costs_a_handful_of_statements_whatever_it_holds(github, team, amount):
    many = [
        pull_request(
            number,
            author=user(f"author-{number}"),
            reviews=connected([review(number * 100 + k) for k in range(5)]),
            commits=connected([commit(number * 100 + k) for k in range(8)]),
            files=connected([file(k) for k in range(20)]),
        )
        for number in range(1, amount + 1)
    ]
    track(team, github.add_repository("acme/web", *many))
    taken = watched(claim(team, Status.SYNCING))

    sync.recent(taken)

    assert len(stored(team)) == amount
    assert max(taken.statements) <= 12


def test_a_page_that_replaces_what_is_stored_costs_three_more(github, team):
    """One DELETE for each kind of list."""
    numbers = range(1, 26)
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in numbers]))
    sync_recent(team)
    for number in numbers:
        github.touch("acme/web", number, NOW, title="Changed")
    taken = watched(claim(team, Status.SYNCING))

    sync.recent(taken)

    assert set(team.pull_requests.values_list("title", flat=True)) == {"Changed"}
    assert max(taken.statements) <= 14
