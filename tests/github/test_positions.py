"""Each batch of a sync says how far it comes with it, and a crash after it keeps that."""

import re
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from apps.github.models import PullRequest, TrackedRepository
from apps.github.syncing import sync
from apps.pipeline.claims import Claim
from apps.pipeline.machine import Status
from apps.pipeline.moves import move
from apps.teams.models import Team
from tests.claims import claim
from tests.github.fakes import DETAILS, KEYS, NOW, pull_request
from tests.github.faults import bad_gateway, dying_at
from tests.github.running import sync_recent, track

POSITION = re.compile(r"(\d+) of (at least )?(\d+) (older )?pull requests?")


@dataclass(frozen=True)
class Followed(Claim):
    """Notes after each batch what the team's row says, and what is stored by then."""

    said: list[str] = field(default_factory=list)
    true: list[tuple[int, int]] = field(default_factory=list)  #: pull requests stored, and listed

    @contextmanager
    def batch(self, **arguments):
        with super().batch(**arguments):
            yield
        if arguments.get("position"):
            repositories = TrackedRepository.objects.filter(team_id=self.row.pk)
            counts = repositories.values_list("sync_prs_completed", "sync_prs_total")
            self.said.append(position_of(self.row))
            self.true.append(tuple(map(sum, zip(*counts, strict=True))))


def position_of(team: Team) -> str:
    return Team.objects.get(pk=team.pk).pipeline_position


def followed(taken: Claim) -> Followed:
    return Followed(row=taken.row, ticket=taken.ticket, status=taken.status)


def assert_true(taken: Followed) -> None:
    for said, (stored, listed) in zip(taken.said, taken.true, strict=True):
        number, is_growing, total, _older = POSITION.fullmatch(said).groups()
        assert int(number) == stored, said
        assert (int(total) <= listed) if is_growing else (int(total) == listed), said


@pytest.fixture
def two_repositories(github, team):
    for name, amount in (("acme/web", 130), ("acme/api", 230)):
        many = [pull_request(n, days_old=n / 20) for n in range(1, amount + 1)]
        track(team, github.add_repository(name, *many))


def test_what_a_batch_says_is_what_is_stored_with_it(github, team, two_repositories):
    taken = followed(claim(team, Status.SYNCING))

    sync.recent(taken)

    assert_true(taken)
    assert " of at least " in taken.said[0]
    assert position_of(team) == "360 of 360 pull requests"
    assert len(set(taken.said)) > 10


def test_phase_2_counts_the_older_ones_alone(github, team):
    prs = [pull_request(n, days_old=n / 2) for n in range(1, 151)]
    track(team, github.add_repository("acme/web", *prs))
    sync_recent(team)
    taken = followed(claim(team, Status.BACKGROUND_SYNCING))

    sync.older(taken)

    assert_true(taken)
    assert position_of(team) == "90 of 90 older pull requests"


def test_an_older_one_that_is_touched_while_it_is_read_is_no_older_one(github, team):
    prs = [pull_request(n, days_old=40 + n) for n in range(1, 31)]
    track(team, github.add_repository("acme/web", *prs))
    sync_recent(team)
    github.faults.append(
        lambda name, variables: github.touch("acme/web", 5, NOW) if name == DETAILS else None
    )
    taken = followed(claim(team, Status.BACKGROUND_SYNCING))

    sync.older(taken)

    assert_true(taken)
    assert position_of(team) == "29 of 29 older pull requests"


def test_what_github_gives_up_on_is_not_counted_as_read(github, team):
    track(team, github.add_repository("acme/web", pull_request(1), pull_request(2)))
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == DETAILS and "PR_2@acme/web" in variables["ids"] else None
        )
    )

    sync_recent(team)

    assert position_of(team) == "1 of 2 pull requests"


def test_a_list_that_cannot_be_read_leaves_the_total_open(github, team):
    for name in ("acme/web", "acme/api"):
        track(team, github.add_repository(name, pull_request(1), pull_request(2)))
    github.faults.append(
        lambda name, variables: (
            bad_gateway() if name == KEYS and variables["repository"] == "R_acme/api" else None
        )
    )

    sync_recent(team)

    assert position_of(team) == "2 of at least 2 pull requests"


def test_without_any_pull_request_nothing_is_said(github, team):
    track(team, github.add_repository("acme/empty"))

    sync_recent(team)

    assert position_of(team) == ""


def test_a_crash_after_a_batch_leaves_its_position_for_the_log(github, team, settings):
    settings.HISTORICAL_SYNC_CONFIG = settings.HISTORICAL_SYNC_CONFIG | {"github_parallel_max": 1}
    track(team, github.add_repository("acme/web", *[pull_request(n) for n in range(1, 101)]))
    github.faults.append(dying_at(DETAILS, 3))
    with pytest.raises(SystemError):
        sync_recent(team)

    move(team.pk, "send_again", actor="recovery", reason="its worker has died")

    assert PullRequest.objects.filter(team=team).count() == 50
    assert team.transitions.get().position == "50 of 100 pull requests"
