"""What a delivery of a pull request leads to once it is taken in: a key that is to be fetched."""

from datetime import timedelta

import pytest

from apps.github.models import Delivery, PullRequest, PullRequestKey, TrackedRepository
from apps.github.syncing import keys
from apps.github.webhooks import deliveries
from tests.factories import TrackedRepositoryFactory
from tests.github import hooks
from tests.github.fakes import NOW, pull_request
from tests.github.hooks import INSTALLATION, another_team, keys_of, send
from tests.github.running import sync_older, sync_recent, track

pytestmark = pytest.mark.usefixtures("hints")

State = PullRequestKey.State
LATER = NOW + timedelta(hours=1)


def test_a_new_pull_request_is_to_be_fetched(web, tell):
    tell(("pull_request", hooks.pull_request(web, 7, action="opened")))

    key = web.keys.get()
    assert (key.number, key.node_id, key.state, key.updated_at) == (
        *(7, "PR_7@acme/web", State.PENDING),
        NOW,
    )
    assert Delivery.objects.get().taken_in_at is not None


@pytest.mark.parametrize(
    "action",
    [
        *("closed", "reopened", "edited", "labeled", "synchronize", "review_requested"),
        *("ready_for_review", "converted_to_draft"),
    ],
)
def test_a_pull_request_that_is_stored_is_to_be_fetched_again(web, tell, action):
    PullRequestKey.objects.create(
        repository=web, node_id="as GraphQL has it", number=7, updated_at=NOW, state=State.DONE
    )

    tell(("pull_request", hooks.pull_request(web, 7, at=LATER, action=action)))

    key = web.keys.get()
    assert (key.state, key.updated_at) == (State.PENDING, LATER)
    assert key.node_id == "as GraphQL has it"


@pytest.mark.parametrize("known", [State.DONE, State.GAP, State.PENDING])
@pytest.mark.parametrize("age", [timedelta(seconds=1), timedelta(days=400)])
def test_what_is_older_than_what_is_stored_overwrites_nothing(web, tell, known, age):
    """S-042"""
    PullRequestKey.objects.create(
        repository=web, node_id="PR", number=7, updated_at=LATER, state=known, gap_reason="why"
    )

    tell(("pull_request", hooks.pull_request(web, 7, at=LATER - age)))

    key = web.keys.get()
    assert (key.state, key.updated_at, key.gap_reason) == (known, LATER, "why")


def test_of_deliveries_in_whatever_order_the_latest_counts(web, tell):
    """S-042"""
    tell(
        ("pull_request", hooks.pull_request(web, 7, at=LATER)),
        ("pull_request", hooks.pull_request(web, 7, at=NOW)),
        ("pull_request", hooks.pull_request(web, 8, at=NOW)),
        ("pull_request", hooks.pull_request(web, 8, at=LATER)),
    )

    assert keys_of(web) == {7: (State.PENDING, LATER), 8: (State.PENDING, LATER)}


def test_a_review_counts_although_the_pull_request_is_told_as_it_was_before(web, tell):
    PullRequestKey.objects.create(
        repository=web, node_id="PR", number=7, updated_at=NOW, state=State.DONE
    )

    tell(("pull_request_review", hooks.review(web, 7, at=NOW, submitted_at=LATER)))

    assert keys_of(web) == {7: (State.PENDING, LATER)}


def read(github, team):
    """A repository whose one pull request, updated at NOW, is stored."""
    row = track(team, github.add_repository("acme/web", pull_request(1, days_old=0)))
    TrackedRepository.objects.update(github_id=1)  # as FakeGitHub numbers its first
    row.refresh_from_db()
    sync_recent(team)
    return row


@pytest.mark.parametrize("action", ["edited", "dismissed"])
@pytest.mark.parametrize("behind", [timedelta(0), timedelta(hours=1)])
def test_a_review_that_is_edited_or_dismissed_counts_whenever_it_was_submitted(
    github, team, tell, action, behind
):
    row = read(github, team)
    body = hooks.review(row, 1, at=NOW - behind, submitted_at=NOW - timedelta(days=2))
    github.pull_requests["R_acme/web"][0]["title"] = "Changed by it"

    tell(("pull_request_review", body | {"action": action}))

    assert row.keys.get().state == State.PENDING
    sync_older(team)
    assert PullRequest.objects.get().title == "Changed by it"
    assert keys_of(row) == {1: (State.DONE, NOW)}


def test_what_happens_in_the_second_that_is_stored_is_fetched_too(github, team, tell):
    row = read(github, team)
    github.pull_requests["R_acme/web"][0]["title"] = "Changed in that second"

    tell(("pull_request", hooks.pull_request(row, 1, at=NOW)))

    sync_older(team)
    assert PullRequest.objects.get().title == "Changed in that second"
    assert keys_of(row) == {1: (State.DONE, NOW)}


@pytest.mark.parametrize("event", ["pull_request", "pull_request_review"])
def test_what_happens_in_the_second_that_is_on_its_way_is_fetched_too(
    github, team, tell, monkeypatch, event
):
    row = read(github, team)
    github.touch("acme/web", 1, LATER)
    settle = keys.settle

    def settle_what_has_changed_meanwhile(*answer):
        monkeypatch.undo()
        github.pull_requests["R_acme/web"][0]["title"] = "Changed in that second"
        body = hooks.review(row, 1, at=LATER, submitted_at=NOW) | {"action": "edited"}
        tell((event, body))
        settle(*answer)

    monkeypatch.setattr(keys, "settle", settle_what_has_changed_meanwhile)
    sync_older(team)

    assert PullRequest.objects.get().title == "Changed in that second"
    assert keys_of(row) == {1: (State.DONE, LATER)}


def test_every_team_that_reads_the_repository_is_told_and_no_other(web, tell):
    by_token = another_team(web)
    by_its_app = another_team(web, kind="app", installation_id=INSTALLATION)
    by_another = another_team(web, kind="app", installation_id=INSTALLATION + 1)
    unconnected = another_team(web)
    unconnected.team.github.delete()
    unselected = another_team(web)
    TrackedRepository.objects.filter(pk=unselected.pk).update(is_selected=False)
    elsewhere = TrackedRepositoryFactory(team=web.team, github_id=5)

    tell(("pull_request", hooks.pull_request(web)))

    told = {row for row in TrackedRepository.objects.all() if keys_of(row)}
    assert told == {web, by_token, by_its_app, unconnected}
    assert not {by_another, unselected, elsewhere} & told


def test_two_hundred_deliveries_are_taken_in_with_as_many_statements_as_one(
    web, client, django_assert_num_queries
):
    another_team(web)
    for number in range(1, 201):
        send(client, "pull_request", hooks.pull_request(web, number % 60 + 1))

    # News; savepoint, deliveries, repositories, teams, keys, savepoint, upsert, release,
    # deliveries, release; and a look whether more have come.
    with django_assert_num_queries(1 + 10 + 1 + 3, exact=False):
        deliveries.take_in()

    assert PullRequestKey.objects.count() == 120
    assert not Delivery.objects.filter(taken_in_at=None).exists()


def test_more_than_one_transaction_takes_in_are_all_taken_in(web, client, monkeypatch):
    monkeypatch.setattr(deliveries, "AT_ONCE", 2)
    for number in range(1, 6):
        send(client, "pull_request", hooks.pull_request(web, number))

    deliveries.take_in()

    assert set(keys_of(web)) == {1, 2, 3, 4, 5}


# --- whatever the order of phase 1, phase 2, webhook and night ------------------------------


@pytest.mark.parametrize(
    "order",
    ["w12n", "1w2n", "12wn", "12nw", "1wn2", "w1w2w", "11ww", "21w"],
)
def test_in_any_order_one_row_remains_and_it_is_the_newest(github, team, tell, order):
    """R-09"""
    row = track(team, github.add_repository("acme/web", pull_request(1, title="First")))
    TrackedRepository.objects.update(github_id=1)  # as FakeGitHub numbers its first
    row.refresh_from_db()
    runs = {"1": sync_recent, "2": sync_older, "n": sync_older}

    for minute, letter in enumerate(order):
        at = NOW + timedelta(minutes=minute + 1)
        github.touch("acme/web", 1, at, title=f"Changed at {minute}")
        if letter == "w":
            tell(("pull_request", hooks.pull_request(row, 1, at=at)))
            stale = hooks.pull_request(row, 1, at=at - timedelta(days=1))
            tell(("pull_request", stale))
        else:
            runs[letter](team)
    sync_older(team)

    found = PullRequest.objects.get()
    assert found.title == f"Changed at {len(order) - 1}"
    assert found.updated_at == NOW + timedelta(minutes=len(order))
    assert found.reviews.count() == found.commits.count() == found.files.count() == 1
    assert keys_of(row) == {1: (State.DONE, found.updated_at)}


def test_a_review_told_before_the_pull_request_knows_is_fetched_once(github, team, tell):
    row = track(team, github.add_repository("acme/web", pull_request(1)))
    TrackedRepository.objects.update(github_id=1)  # as FakeGitHub numbers its first
    row.refresh_from_db()
    sync_recent(team)
    tell(("pull_request_review", hooks.review(row, 1, at=NOW, submitted_at=LATER)))

    sync_older(team)

    assert row.keys.get().state == State.DONE
