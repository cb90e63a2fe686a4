"""What deliveries lead to once they are taken in: keys, connections, repositories, refreshes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.github import deliveries, installations
from apps.github.access import DELETED, TAKEN_AWAY
from apps.github.connections import credentials_of
from apps.github.errors import GitHubTokenRejected
from apps.github.models import (
    Connection,
    Delivery,
    PullRequest,
    PullRequestKey,
    TrackedRepository,
)
from apps.pipeline.claims import TicketLost
from apps.pipeline.machine import Status
from apps.pipeline.rows import rows
from tests.claims import claim
from tests.factories import PullRequestFactory, TeamFactory, TrackedRepositoryFactory
from tests.github import hooks
from tests.github.fakes import NOW, pull_request, stamp
from tests.github.hooks import INSTALLATION, SECRET, send
from tests.github.running import sync_older, sync_recent, track

State = PullRequestKey.State
SyncStatus = TrackedRepository.SyncStatus
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def secret(settings, monkeypatch):
    settings.GITHUB_WEBHOOK_SECRET = SECRET
    monkeypatch.setattr(deliveries, "hint", lambda *_args, **_options: True)


@pytest.fixture
def web(team):
    return TrackedRepositoryFactory(team=team, name_with_owner="acme/web", github_id=1296269)


@pytest.fixture
def tell(client):
    """Send deliveries, in this order, and take them in."""

    def send_all(*told):
        for event, body in told:
            assert send(client, event, body).status_code == 202
        deliveries.take_in()

    return send_all


def by_app(team, number=INSTALLATION):
    Connection.objects.filter(team=team).update(
        kind=Connection.Kind.APP, installation_id=number, token=""
    )


def signed_in(team, viewer_id):
    connection = Connection.objects.get(team=team)
    connection.kind, connection.viewer_id = Connection.Kind.OAUTH, viewer_id
    connection.token, connection.refresh_token = "ghu_secret", "ghr_secret"
    connection.save()


def another_team(web, **connection):
    """One more team that reads the same repository."""
    team = TeamFactory()
    Connection.objects.create(team=team, account_login="acme", **connection)
    return TrackedRepositoryFactory(
        team=team, name_with_owner=web.name_with_owner, github_id=web.github_id
    )


def keys_of(row):
    return {key.number: (key.state, key.updated_at) for key in row.keys.all()}


# --- Pull requests ------------------------------------------------------------------------------


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
@pytest.mark.parametrize("age", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
def test_what_is_not_newer_than_what_is_stored_overwrites_nothing(web, tell, known, age):
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

    # savepoint, deliveries, repositories, teams, keys, savepoint, upsert, release, deliveries,
    # release: twice, since a full batch may not have been the last; news; refreshes; the old ones.
    with django_assert_num_queries(8 + 2 + 3 + 3, exact=False):
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


# --- Ways to GitHub that were closed and opened ---------------------------------------------------


@pytest.mark.parametrize(
    ("action", "sentence"),
    [("deleted", installations.UNINSTALLED), ("suspend", installations.SUSPENDED)],
)
def test_a_closed_installation_stops_the_run_and_says_why(team, web, tell, action, sentence):
    """S-041"""
    by_app(team)
    running = claim(team, Status.SYNCING)

    tell(("installation", hooks.installation(action)))

    team.refresh_from_db()
    assert team.onboarding_pipeline_status == Status.FAILED
    assert team.onboarding_pipeline_error == sentence
    with pytest.raises(TicketLost), running.batch():
        pytest.fail("the next page is not stored")
    with pytest.raises(GitHubTokenRejected, match="Reconnect GitHub"):
        credentials_of(team)


def test_a_revoked_authorization_empties_the_tokens(team, web, tell):
    """S-041"""
    signed_in(team, viewer_id=42)
    running = claim(team, Status.BACKGROUND_SYNCING)

    tell(("github_app_authorization", hooks.revoked(42)))

    connection = Connection.objects.get(team=team)
    assert connection.token == connection.refresh_token == connection.token_hint == ""
    assert "viewer has taken our permission back" in connection.closed_because
    with pytest.raises(TicketLost):
        running.heartbeat()


def test_a_team_at_rest_is_cut_off_and_stays_where_it_is(team, web, tell):
    signed_in(team, viewer_id=42)
    rows().filter(pk=team.pk).update(onboarding_pipeline_status=Status.COMPLETE)

    tell(("github_app_authorization", hooks.revoked(42)))

    team.refresh_from_db()
    assert team.onboarding_pipeline_status == Status.COMPLETE
    assert not Connection.objects.get(team=team).is_open


def test_nobody_else_is_cut_off(team, web, tell):
    by_app(team)
    other = another_team(web, kind="app", installation_id=1, viewer_id=42)
    pasted = another_team(web, token="ghp_own", viewer_id=42)
    signed_in(another_team(web).team, viewer_id=42)

    tell(
        ("installation", hooks.installation("suspend")),
        ("github_app_authorization", hooks.revoked(42)),
    )

    for row in (other, pasted):
        assert row.team.github.is_open
        row.team.github.refresh_from_db()
        assert row.team.github.is_open
    assert Connection.objects.get(team=pasted.team).token == "ghp_own"


def test_a_sign_in_of_a_later_authorization_is_kept(team, web, client):
    signed_in(team, viewer_id=42)
    send(client, "github_app_authorization", hooks.revoked(42))
    signed_in(team, viewer_id=42)

    deliveries.take_in()

    assert Connection.objects.get(team=team).token == "ghu_secret"


@pytest.mark.parametrize("action", ["unsuspend", "new_permissions_accepted"])
def test_an_installation_that_was_let_in_again_is_open(team, web, tell, action):
    by_app(team)
    tell(("installation", hooks.installation("suspend", at=NOW)))

    tell(("installation", hooks.installation(action, at=LATER)))

    assert Connection.objects.get(team=team).is_open


@pytest.mark.parametrize("together", [True, False])
def test_the_last_word_on_an_installation_counts_whichever_comes_first(team, web, tell, together):
    by_app(team)
    words = [
        ("installation", hooks.installation("unsuspend", at=LATER)),
        ("installation", hooks.installation("suspend", at=NOW)),
    ]
    if together:
        tell(*words)
    else:
        tell(words[0])
        tell(words[1])

    assert Connection.objects.get(team=team).is_open


def test_an_installation_that_was_deleted_does_not_come_back(team, web, tell):
    by_app(team)

    tell(
        ("installation", hooks.installation("deleted", at=NOW)),
        ("installation", hooks.installation("unsuspend", at=LATER)),
    )

    assert Connection.objects.get(team=team).closed_because == installations.UNINSTALLED


def test_one_that_cannot_be_taken_in_keeps_no_other_waiting(team, web, client, monkeypatch, caplog):
    by_app(team)
    monkeypatch.setattr(deliveries.access, "_installation", lambda _delivery: 1 / 0)
    send(client, "installation", hooks.installation("suspend"))
    send(client, "repository", hooks.about_repository("archived", web))
    send(client, "pull_request", hooks.pull_request(web))

    deliveries.take_in()

    assert Delivery.objects.get(taken_in_at=None).event == "installation"
    assert "cannot be taken in" in caplog.text
    monkeypatch.undo()
    deliveries.take_in()
    assert not Connection.objects.get(team=team).is_open


# --- Repositories -------------------------------------------------------------------------------


def test_a_repository_taken_out_of_the_installation_is_disabled_and_its_history_stays(
    team, web, tell
):
    """R-26"""
    by_app(team)
    PullRequestFactory(repository=web)
    by_token = another_team(web)
    kept = TrackedRepositoryFactory(team=team, github_id=5, sync_status=SyncStatus.COMPLETED)

    tell(("installation_repositories", hooks.taken_away(web)))

    web.refresh_from_db()
    assert (web.sync_status, web.sync_error) == (SyncStatus.FAILED, TAKEN_AWAY)
    assert "no longer accessible" in web.sync_error
    assert web.is_selected
    assert web.pull_requests.count() == 1
    for row in (by_token, kept):
        before = row.sync_status
        row.refresh_from_db()
        assert row.sync_status == before


def test_added_repositories_change_nothing(team, web, client):
    by_app(team)
    body = hooks.taken_away() | {"action": "added", "repositories_added": [{"id": 8}]}

    assert send(client, "installation_repositories", body).status_code == 202

    assert not Delivery.objects.exists()
    assert TrackedRepository.objects.get() == web


def test_a_deleted_repository_is_disabled_for_everybody(web, tell):
    """R-26"""
    others = another_team(web)

    tell(("repository", hooks.about_repository("deleted", web)))

    for row in (web, others):
        row.refresh_from_db()
        assert (row.sync_status, row.sync_error) == (SyncStatus.FAILED, DELETED)


@pytest.mark.parametrize(
    ("action", "column", "before", "after"),
    [
        ("archived", "is_archived", False, True),
        ("unarchived", "is_archived", True, False),
        ("unarchived", "was_read_archived", True, False),
        ("privatized", "is_private", False, True),
        ("publicized", "is_private", True, False),
    ],
)
def test_marks_of_a_repository_follow(web, tell, action, column, before, after):
    TrackedRepository.objects.update(**{column: before})

    tell(("repository", hooks.about_repository(action, web)))

    web.refresh_from_db()
    assert getattr(web, column) is after


@pytest.mark.parametrize("action", ["renamed", "transferred"])
def test_a_new_name_is_followed_by_number(web, tell, action):
    """R-25"""
    others = another_team(web)

    tell(("repository", hooks.about_repository(action, web, full_name="new/site")))

    for row in (web, others):
        row.refresh_from_db()
        assert row.name_with_owner == "new/site"


def test_a_name_that_another_row_of_the_team_has_is_left_to_the_next_sync(web, tell):
    """R-25"""
    TrackedRepositoryFactory(team=web.team, name_with_owner="new/site", github_id=5)
    others = another_team(web)

    tell(("repository", hooks.about_repository("renamed", web, full_name="new/site")))

    web.refresh_from_db()
    others.refresh_from_db()
    assert (web.name_with_owner, others.name_with_owner) == ("acme/web", "new/site")


# --- Refreshes ----------------------------------------------------------------------------------


@pytest.fixture
def complete(team, web):
    """`complete(minutes)`: a complete team whose last run began so long ago."""

    def make(minutes=60):
        began = timezone.now() - timedelta(minutes=minutes)
        rows().filter(pk=team.pk).update(
            onboarding_pipeline_status=Status.COMPLETE,
            onboarding_pipeline_started_at=began,
            phase1_completed_at=began,
        )

    return make


def now_told(web):
    return "pull_request", hooks.pull_request(web, at=timezone.now().replace(microsecond=0))


def status_of(team):
    return rows().values_list("onboarding_pipeline_status", flat=True).get(pk=team.pk)


def test_a_complete_team_is_updated(team, web, tell, complete):
    complete()

    tell(now_told(web))

    assert status_of(team) == Status.BACKGROUND_SYNCING


def test_a_team_whose_last_run_is_young_is_updated_by_a_later_minute(team, web, tell, complete):
    complete(minutes=14)
    tell(now_told(web))
    assert status_of(team) == Status.COMPLETE

    complete(minutes=16)
    deliveries.take_in()

    assert status_of(team) == Status.BACKGROUND_SYNCING


def test_a_running_team_is_left_alone(team, web, tell):
    running = claim(team, Status.SYNCING)

    tell(now_told(web))

    running.heartbeat()
    assert status_of(team) == Status.SYNCING


@pytest.mark.parametrize(
    "obstacle",
    [
        lambda web: web.keys.update(state=State.DONE),
        lambda web: web.keys.update(state=State.GAP),
        lambda web: web.keys.update(updated_at=NOW - timedelta(days=4000)),
        lambda web: Connection.objects.update(closed_because="Reconnect GitHub."),
        lambda web: Connection.objects.all().delete(),
        lambda web: TrackedRepository.objects.update(is_selected=False),
        lambda web: TrackedRepository.objects.update(sync_status=SyncStatus.FAILED),
    ],
)
def test_no_team_is_updated_for_nothing(team, web, tell, complete, obstacle):
    complete(minutes=1)
    tell(now_told(web))
    obstacle(web)
    complete()

    deliveries.take_in()

    assert status_of(team) == Status.COMPLETE


def test_a_minute_in_which_nothing_was_told_costs_four_looks(
    team, web, complete, django_assert_num_queries
):
    complete()

    with django_assert_num_queries(4 + 2):  # and the savepoint of one of them
        deliveries.take_in()


# --- Old ones -----------------------------------------------------------------------------------


def test_what_was_taken_in_long_ago_is_forgotten_and_what_was_not_is_kept(web, client):
    for number in (1, 2, 3):
        send(client, "pull_request", hooks.pull_request(web, number))
    long_ago = timezone.now() - timedelta(days=31)
    Delivery.objects.filter(number=1).update(received_at=long_ago, taken_in_at=long_ago)
    Delivery.objects.filter(number=2).update(
        received_at=timezone.now() - timedelta(days=29), taken_in_at=timezone.now()
    )
    Delivery.objects.filter(number=3).update(received_at=long_ago)

    deliveries.take_in()  # takes the third in
    assert set(Delivery.objects.values_list("number", flat=True)) == {2}


def test_times_of_an_installation_are_read_as_text_and_as_seconds(team, web, tell):
    by_app(team)
    body = hooks.installation("suspend")
    body["installation"]["updated_at"] = int(NOW.timestamp())
    zoned = hooks.installation("unsuspend")
    zoned["installation"]["updated_at"] = stamp(LATER).replace("Z", ".000+00:00")

    tell(("installation", zoned), ("installation", body))

    assert set(Delivery.objects.values_list("updated_at", flat=True)) == {NOW, LATER}
    assert Connection.objects.get(team=team).is_open
