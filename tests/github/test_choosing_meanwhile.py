"""Repositories that are archived, or taken out of the selection while they are read."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from apps.github.models import TrackedRepository
from apps.github.syncing import sync
from apps.github.syncing.window_sync import LOOKS
from apps.pipeline.claims import Claim
from apps.pipeline.machine import Status
from tests.claims import claim
from tests.github.fakes import DETAILS, NOW, pull_request
from tests.github.running import sync_recent, track


def test_an_archived_repository_is_read_once_and_then_costs_nothing(github, team):
    """R-27."""
    node_id = github.add_repository("acme/old", pull_request(1), isArchived=True)
    row = track(team, node_id)
    sync_recent(team)
    row.refresh_from_db()
    assert row.was_read_archived
    github.asked.clear()

    sync_recent(team)

    row.refresh_from_db()
    assert [name for name, _ in github.asked] == ["RepositoriesById"]
    assert row.sync_status == TrackedRepository.SyncStatus.COMPLETED
    assert row.sync_progress == 100


def test_one_that_is_archived_no_more_is_read_again(github, team):
    node_id = github.add_repository("acme/old", pull_request(1), isArchived=True)
    track(team, node_id)
    sync_recent(team)
    github.repositories[node_id]["isArchived"] = False
    github.touch("acme/old", 1, NOW, title="Back again")

    sync_recent(team)

    assert team.pull_requests.get().title == "Back again"


def test_one_that_is_archived_after_it_was_read_is_read_once_more(github, team):
    node_id = github.add_repository("acme/old", pull_request(1))
    track(team, node_id)
    sync_recent(team)
    github.repositories[node_id]["isArchived"] = True
    github.touch("acme/old", 1, NOW, title="The last word")

    sync_recent(team)

    assert team.pull_requests.get().title == "The last word"


@dataclass(frozen=True)
class Interrupted(Claim):
    """Somebody acts in the midst of a batch."""

    act: Callable[[], object] = lambda: None
    at: int = 0  #: the number of the batch
    batches: list[int] = field(default_factory=list)

    @contextmanager
    def batch(self, **columns: Any):
        with super().batch(**columns):
            self.batches.append(1)
            if len(self.batches) == self.at:
                self.act()
            yield


def test_a_repository_taken_out_of_the_selection_is_asked_for_no_more(github, team):
    """R-35: its requests stop, it is not "failed", and the others go on."""
    many = [pull_request(n, days_old=n / 100) for n in range(1, 1001)]
    unwanted = track(team, github.add_repository("acme/unwanted", *many))
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 31)]))
    deselect = TrackedRepository.objects.filter(pk=unwanted.pk).update
    taken = claim(team, Status.SYNCING)

    sync.recent(
        Interrupted(
            taken.row, taken.ticket, taken.status, act=lambda: deselect(is_selected=False), at=5
        )
    )

    unwanted.refresh_from_db()
    assert unwanted.sync_status != TrackedRepository.SyncStatus.FAILED
    assert github.count(DETAILS) < 20
    assert team.pull_requests.filter(repository__name_with_owner="acme/web").count() == 30


def test_a_team_that_takes_out_its_only_repository_ends_its_sync(github, team):
    row = track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 301)]))
    deselect = TrackedRepository.objects.filter(pk=row.pk).update
    taken = claim(team, Status.SYNCING)

    sync.recent(
        Interrupted(
            taken.row, taken.ticket, taken.status, act=lambda: deselect(is_selected=False), at=2
        )
    )

    assert github.count(DETAILS) < 12


def test_what_a_webhook_marks_in_the_midst_of_a_run_is_read_by_it(github, team):
    """Its queue was filled before; at a repository's end it asks what has been marked since."""
    row = track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))

    def mark() -> None:
        github.touch("acme/web", 2, NOW, title="Changed meanwhile")
        row.keys.filter(number=2).update(updated_at=NOW, state="pending")

    taken = claim(team, Status.SYNCING)

    sync.recent(Interrupted(taken.row, taken.ticket, taken.status, act=mark, at=3))

    row.refresh_from_db()
    assert team.pull_requests.get(number=2).title == "Changed meanwhile"
    assert set(row.keys.values_list("state", flat=True)) == {"done"}
    assert (row.count_at_github, row.count_here) == (2, 2)


def test_marks_that_never_end_end_no_run_late(github, team):
    row = track(team, github.add_repository("acme/web", pull_request(1)))
    taken = claim(team, Status.SYNCING)

    def mark() -> None:
        row.keys.update(updated_at=NOW + timedelta(days=len(marking.batches)), state="pending")

    marking = Marking(taken.row, taken.ticket, taken.status, act=mark)

    sync.recent(marking)

    row.refresh_from_db()
    assert row.sync_status == TrackedRepository.SyncStatus.COMPLETED
    assert github.count(DETAILS) <= 1 + LOOKS


class Marking(Interrupted):
    """Somebody acts at the end of each batch."""

    @contextmanager
    def batch(self, **columns: Any):
        with Claim.batch(self, **columns):
            self.batches.append(1)
            yield
            self.act()
